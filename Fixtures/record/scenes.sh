# SPDX-License-Identifier: Apache-2.0
# The scenes. Each is a function that runs while the mirror port is recorded and normal work continues.
# Sourced by `record`.

# A station's program; its process id is kept so that it can be ended, its name in `started`.
started=
run() { # station, name of the process, program, arguments
  local station=$1 process=$2 program=$3; shift 3
  ip netns exec "sk-$station" "$PYTHON" "$HERE/stations/$program" "$@" >>"$WORK/$process.log" 2>&1 &
  echo $! >>"$WORK/pids"
  echo $! >"$WORK/$process.pid"
  started+=" $process"
}
stop() { # processes
  local process
  for process in "$@"; do kill "$(cat "$WORK/$process.pid")" 2>/dev/null || true; done
  for process in "$@"; do wait "$(cat "$WORK/$process.pid")" 2>/dev/null || true; done
}
run_now() { local station=$1 program=$2; shift 2; in_station "$station" "$PYTHON" "$HERE/stations/$program" "$@"; }

start_servers() {
  run plc-1 plc-1 plc.py plc-1 "Schneider Electric" "TM221CE40R" --reads 192.168.10.14
  run plc-2 plc-2 plc.py plc-2 "Schneider Electric" "TM221CE24T"
  run plc-3 plc-3 plc.py plc-3 "Phoenix Contact" "AXC 1050" --also 5020
  run io-1 io-1 plc.py io-1 "WAGO" "750-352" --udp
  run plant-services services services.py
  run outside outside outside.py
}
CLIENTS="scada mes hmi office-1 office-2 clock-hmi clock-plc"
start_clients() {
  run scada scada scada.py
  run mes mes mes.py "$WORK/mes.pem"
  run hmi-1 hmi hmi.py
  run office-1 office-1 office.py 3
  run office-2 office-2 office.py 11
  run hmi-1 clock-hmi clock.py 2
  run plc-1 clock-plc clock.py 6
}
stop_clients() {
  # shellcheck disable=SC2086  # one word for each process
  stop $CLIENTS
}

normal_work()       { sleep 120; }
office_reads_then_writes_plc() {
  sleep 6
  run_now office-1 client.py 192.168.10.11 read:h:0:10 wait:1 read:h:10:20 wait:1 read:i:0:8 wait:2 \
    write:30:1234 wait:1 write:40:1,2,3
  sleep 3
}
unknown_laptop() {
  sleep 4
  connect laptop
  sleep 1
  local plc
  for plc in 192.168.10.11 192.168.10.12 192.168.10.13; do
    run_now laptop client.py $plc identify read:h:0:10 wait:1 read:h:0:10 read:c:0:16
  done
  sleep 2
  disconnect laptop
  sleep 1
}
hmi_writes_outside_targets() {
  sleep 8
  kill -USR1 "$(cat "$WORK/hmi.pid")"
  sleep 5
}
maintenance_visit() {
  sleep 4
  connect maintenance-pc
  sleep 1
  run_now maintenance-pc client.py 192.168.10.11 identify read:h:0:100 wait:1 write:500:17,18,19 wait:1 program wait:1 \
    read:h:500:3
  sleep 2
  disconnect maintenance-pc
  sleep 1
}
maintenance_outside_window() { maintenance_visit; }
maintenance_inside_window()  { maintenance_visit; }
plc_replaced() {
  sleep 6
  stop plc-2
  disconnect plc-2
  sleep 2
  ip -n sk-plc-2 link set eth0 address 00:80:f4:09:09:09
  connect plc-2
  run plc-2 plc-2 plc.py plc-2 "Schneider Electric" "TM221CE24T"
  sleep 12
}
after_plc_replaced() { # the old PLC returns, unrecorded
  stop plc-2
  disconnect plc-2
  ip -n sk-plc-2 link set eth0 address 00:80:f4:01:02:04
  connect plc-2
  run plc-2 plc-2 plc.py plc-2 "Schneider Electric" "TM221CE24T"
}
plc_talks_outside() {
  sleep 5
  run_now plc-1 connect_back.py
  sleep 2
}
port_scan() {
  sleep 4
  local ports=20-180,443,502,1089-1091,2222,4840,9600,20000,34962-34964,44818,47808
  in_station office-1 nmap -n -sS --max-rate 60 -p "$ports" 192.168.10.11 >"$WORK/nmap-sS.log" 2>&1
  sleep 2
  in_station office-1 nmap -n -sT --max-rate 60 -p 20-60,80,443,502 192.168.10.11 >"$WORK/nmap-sT.log" 2>&1
  sleep 2
}
arp_spoofing() {
  sleep 5
  # The attacker forwards what it receives, so that the attack goes unnoticed.
  in_station attacker sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 \
    net.ipv4.conf.default.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
  connect attacker
  sleep 0.5
  run_now attacker spoof.py eth0 8 192.168.10.11 00:80:f4:01:02:03 192.168.10.21 00:15:a6:21:22:23
  disconnect attacker
  sleep 4
}

# Attacks on the monitor's knowledge of who did what.
plug_attacker_in() {
  in_station attacker sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
  connect attacker
  sleep 0.5
}
HMI="192.168.10.21 00:15:a6:21:22:23"
PLC="192.168.10.11 00:80:f4:01:02:03"
address_borrowed() { # an HMI's address on another MAC, with hop limits that hide it or not
  sleep 4
  plug_attacker_in
  run_now attacker forge.py datagrams eth0 192.168.10.21 192.168.10.14 00:30:de:11:12:13 63 64 17
  disconnect attacker
  sleep 3
}
virtual_router_mac() { # ARP spoofing from a MAC address of the VRRP range
  sleep 4
  ip -n sk-attacker link set eth0 address 00:00:5e:00:01:55
  plug_attacker_in
  # shellcheck disable=SC2086  # an address and a MAC address each
  run_now attacker spoof.py eth0 5 $PLC $HMI
  disconnect attacker
  sleep 2
}
after_virtual_router_mac() { ip -n sk-attacker link set eth0 address 00:e0:4c:66:66:66; }
impossible_sources() {
  sleep 4
  plug_attacker_in
  # shellcheck disable=SC2086
  run_now attacker forge.py sources eth0 $PLC
  disconnect attacker
  sleep 2
}
# Sends a segment in the HMI's name, in its own connection to the PLC.
inject() { # syn|write
  # shellcheck disable=SC2086
  run_now mirror forge.py watch eth0 192.168.10.21 192.168.10.11 |
    run_now attacker forge.py under-client eth0 "$1" $HMI $PLC
}
connection_injected() {
  sleep 4
  plug_attacker_in
  inject syn
  sleep 5
  kill -USR1 "$(cat "$WORK/hmi.pid")" # the operator's writes after it must be seen
  sleep 3
  inject write
  sleep 3
  disconnect attacker
  sleep 3
}
scans_without_syn() {
  sleep 4
  in_station office-2 nmap -n -Pn -sA --max-rate 60 --max-retries 0 -p 20-140 192.168.10.12 >"$WORK/nmap-sA.log" 2>&1
  in_station office-2 nmap -n -Pn -sU --max-rate 60 --max-retries 0 -p 20-140 192.168.10.13 >"$WORK/nmap-sU.log" 2>&1
  in_station office-2 hping3 -q -n -S -A --scan 20-140 192.168.10.14 >"$WORK/hping3.log" 2>&1 || true
  sleep 2
}
flood_from_many() {
  sleep 4
  plug_attacker_in
  in_station attacker hping3 -q -n -S -p 502 -i u1000 -c 1500 --rand-source 192.168.10.12 >"$WORK/hping3.log" 2>&1 || true
  sleep 3
  disconnect attacker
  sleep 2
}
before_older_connection() { # the connection is there before the monitor, which sees the PLC's keep-alive probes first
  run office-1 older client.py 192.168.10.13:5020 read:h:0:4 wait:14 read:h:0:4 wait:2 write:7:99 wait:2
  sleep 4
}
older_connection() { sleep 18; }
listed_station_scans() { # a station of the line, by ACK and window, and by FIN and ACK
  sleep 4
  in_station hmi-1 nmap -n -Pn -sA --max-rate 60 --max-retries 0 -p 20-80 192.168.10.12 >"$WORK/nmap-sA.log" 2>&1
  in_station hmi-1 nmap -n -Pn -sW --max-rate 60 --max-retries 0 -p 20-80 192.168.10.13 >"$WORK/nmap-sW.log" 2>&1
  in_station hmi-1 nmap -n -Pn -sM --max-rate 60 --max-retries 0 -p 20-80 192.168.10.14 >"$WORK/nmap-sM.log" 2>&1
  sleep 2
}
commands_flooded() { # the operator's station sets one register again and again, then one that is not there
  local steps=() value
  for value in $(seq 60); do steps+=("write:20:$value"); done
  sleep 6
  run_now hmi-1 client.py 192.168.10.11 "${steps[@]}"
  sleep 2
  steps=()
  for value in $(seq 30); do steps+=("write:5000:$value"); done
  run_now hmi-1 client.py 192.168.10.11 "${steps[@]}"
  sleep 2
}
plc_restarts_then_fails() { # away for eight seconds, then for a minute
  sleep 6
  stop plc-2
  disconnect plc-2
  sleep 8
  connect plc-2
  run plc-2 plc-2 plc.py plc-2 "Schneider Electric" "TM221CE24T"
  sleep 25
  stop plc-2
  disconnect plc-2
  sleep 60
  connect plc-2
  run plc-2 plc-2 plc.py plc-2 "Schneider Electric" "TM221CE24T"
  sleep 15
}
write_hidden_in_noise() { # 205 addresses tried, then a write to a controller
  sleep 4
  in_station office-1 nmap -n -Pn -sS --max-rate 60 --max-retries 0 -p 502 192.168.10.50-254 >"$WORK/nmap.log" 2>&1
  run_now office-1 client.py 192.168.10.11 write:40:7
  sleep 2
}
