# SPDX-License-Identifier: Apache-2.0
# The model factory: a switch with VLANs and a mirror port, a router, and one network namespace per station.
# Sourced by `record`. Everything is in namespaces named sk-*, so the machine's own network is not touched.

# name            VLAN  MAC                ip/prefix            gateway
STATIONS="
plc-1             10    00:80:f4:01:02:03  192.168.10.11/24     192.168.10.1
plc-2             10    00:80:f4:01:02:04  192.168.10.12/24     192.168.10.1
plc-3             10    00:a0:45:0a:0b:0c  192.168.10.13/24     192.168.10.1
io-1              10    00:30:de:11:12:13  192.168.10.14/24     192.168.10.1
hmi-1             10    00:15:a6:21:22:23  192.168.10.21/24     192.168.10.1
maintenance-pc    10    3c:52:82:90:91:92  192.168.10.90/24     192.168.10.1
laptop            10    00:e0:4c:77:77:77  192.168.10.77/24     192.168.10.1
attacker          10    00:e0:4c:66:66:66  192.168.10.66/24     192.168.10.1
scada             20    00:1b:21:20:00:11  192.168.20.11/24     192.168.20.1
mes               20    00:1b:21:20:00:21  192.168.20.21/24     192.168.20.1
plant-services    20    00:25:90:20:00:05  192.168.20.5/24      192.168.20.1
office-1          30    18:60:24:30:00:07  10.20.3.7/16         10.20.0.1
office-2          30    18:60:24:30:00:08  10.20.3.8/16         10.20.0.1
"
ROUTER_MAC=00:a0:de:00:00:01
MIRROR=sk-mirror

in_station() { local name=$1; shift; ip netns exec "sk-$name" "$@"; }
in_switch()  { ip netns exec sk-switch "$@"; }
vsctl()      { in_switch ovs-vsctl --db="unix:$OVS_RUNDIR/db.sock" "$@"; }

# A namespace with IPv4 only (the plant has no IPv6), which announces its address when its interface comes up.
make_namespace() {
  ip netns add "sk-$1"
  ip netns exec "sk-$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
    net.ipv4.conf.all.arp_notify=1 net.ipv4.conf.default.arp_notify=1
  ip -n "sk-$1" link set lo up
}

# A cable from a switch port into a namespace. Checksums are computed in software: a veth that offloads them would put
# unfinished ones on the wire.
plug() { # port, namespace, interface, MAC, further ovs-vsctl arguments (tag=10)
  local port=$1 namespace=$2 interface=$3 mac=$4; shift 4
  ip -n sk-switch link add "$port" type veth peer name "$interface" netns "sk-$namespace"
  ip -n "sk-$namespace" link set "$interface" address "$mac"
  ip netns exec "sk-$namespace" ethtool -K "$interface" tx off rx off tso off gso off gro off >/dev/null 2>&1
  in_switch ethtool -K "$port" tx off rx off tso off gso off gro off >/dev/null 2>&1
  ip -n sk-switch link set "$port" up
  vsctl add-port plant "$port" "$@"
}

start_switch() {
  make_namespace switch
  export OVS_RUNDIR="$WORK/ovs" OVS_LOGDIR="$WORK/ovs" OVS_DBDIR="$WORK/ovs" OVS_SYSCONFDIR="$WORK/ovs"
  mkdir -p "$OVS_RUNDIR"
  ovsdb-tool create "$WORK/ovs/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  in_switch ovsdb-server "$WORK/ovs/conf.db" --remote="punix:$OVS_RUNDIR/db.sock" --pidfile --detach \
    --log-file="$WORK/ovs/ovsdb.log" 2>/dev/null
  vsctl --no-wait init
  # A high priority keeps the switch's delay below a millisecond, as on a real one.
  in_switch nice -n -15 ovs-vswitchd "unix:$OVS_RUNDIR/db.sock" --pidfile --detach \
    --log-file="$WORK/ovs/vswitchd.log" 2>/dev/null
  vsctl add-br plant -- set bridge plant datapath_type=netdev
}

build_factory() {
  local name vlan mac ip gateway
  while read -r name vlan mac ip gateway; do
    [ -n "$name" ] || continue
    make_namespace "$name"
    plug "$name" "$name" eth0 "$mac" "tag=$vlan"
    ip -n "sk-$name" address add "$ip" dev eth0
    # `laptop`, `attacker` and `maintenance-pc` are plugged in by their scenes.
    case $name in
      laptop|attacker|maintenance-pc) ;;
      *) connect "$name" ;;
    esac
  done <<<"$STATIONS"

  # The router has an interface in each network, all with the same MAC, and an uplink that the switch does not see.
  make_namespace router
  make_namespace outside
  for vlan in 10 20 30; do
    plug "router-$vlan" router "lan$vlan" "$ROUTER_MAC" "tag=$vlan"
  done
  ip -n sk-router address add 192.168.10.1/24 dev lan10
  ip -n sk-router address add 192.168.20.1/24 dev lan20
  ip -n sk-router address add 10.20.0.1/16 dev lan30
  ip -n sk-router link add wan type veth peer name eth0 netns sk-outside
  ip -n sk-router address add 203.0.113.1/24 dev wan
  ip -n sk-outside address add 203.0.113.50/24 dev eth0
  ip -n sk-outside address add 203.0.113.53/24 dev eth0
  for link in lan10 lan20 lan30 wan; do ip -n sk-router link set "$link" up; done
  ip -n sk-outside link set eth0 up
  ip -n sk-outside route add default via 203.0.113.1
  ip netns exec sk-router sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.arp_ignore=1 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
}

# The mirror port: everything that enters or leaves any port, with its VLAN tag.
start_mirror() {
  make_namespace mirror
  plug "$MIRROR" mirror eth0 02:00:00:00:00:fe
  ip -n sk-mirror link set eth0 arp off promisc on up
  vsctl -- --id=@port get port "$MIRROR" -- --id=@mirror create mirror name=mirror select-all=true output-port=@port \
    -- set bridge plant mirrors=@mirror >/dev/null
}

connect() { # brings a station's interface up, as when its cable is plugged in
  local gateway
  gateway=$(awk -v name="$1" '$1 == name { print $5 }' <<<"$STATIONS")
  ip -n "sk-$1" link set eth0 up
  ip -n "sk-$1" route replace default via "$gateway"
}

# The stations of a line (`lines.sh`). Lines have no gateway: their traffic stays inside their VLAN.
build_line() { # line
  local line name vlan mac ip
  while read -r line name vlan mac ip; do
    [ "$line" = "$1" ] || continue
    make_namespace "$name"
    plug "$name" "$name" eth0 "$mac" "tag=$vlan"
    [ "$ip" = - ] || ip -n "sk-$name" address add "$ip" dev eth0
    # A `stranger` is plugged in by its scene.
    case $name in *-stranger) ;; *) ip -n "sk-$name" link set eth0 up ;; esac
  done <<<"$LINE_STATIONS"
}
remove_line() { # line
  local name names
  mapfile -t names < <(awk -v line="$1" '$1 == line { print $2 }' <<<"$LINE_STATIONS")
  for name in "${names[@]}"; do
    vsctl del-port plant "$name"
    ip netns delete "sk-$name"
  done
}

disconnect() { ip -n "sk-$1" link set eth0 down; }

# Stops what was started, in reverse order, and removes the namespaces. Safe to call twice.
clear_factory() {
  local pid file name
  for pid in $(tac "$WORK/pids" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  for file in "$WORK"/ovs/*.pid; do kill "$(cat "$file" 2>/dev/null)" 2>/dev/null || true; done
  sleep 0.5
  for name in $(ip netns list | awk '/^sk-/ { print $1 }'); do ip netns delete "$name" 2>/dev/null || true; done
}
