# SPDX-License-Identifier: Apache-2.0
# The lines of other vendors besides the model factory's line 1, and their scenes.
# Sourced by `record`.

# line      name             VLAN  MAC                ip/prefix
LINE_STATIONS="
s7          s7-plc           11    28:63:36:11:00:11  192.168.11.11/24
s7          s7-hmi           11    00:1b:1b:11:00:21  192.168.11.21/24
s7          s7-laptop        11    18:60:24:11:00:90  192.168.11.90/24
s7          s7-stranger      11    00:e0:4c:11:66:66  192.168.11.66/24
enip        enip-plc         12    00:00:bc:12:00:11  192.168.12.11/24
enip        enip-hmi         12    00:00:bc:12:00:21  192.168.12.21/24
enip        enip-stranger    12    00:e0:4c:12:66:66  192.168.12.66/24
slmp        slmp-plc         13    58:52:8a:13:00:11  192.168.13.11/24
slmp        slmp-hmi         13    38:e0:8e:13:00:21  192.168.13.21/24
slmp        slmp-stranger    13    00:e0:4c:13:66:66  192.168.13.66/24
fins        fins-plc         14    00:00:0a:14:00:11  192.168.14.11/24
fins        fins-hmi         14    00:00:0a:14:00:21  192.168.14.21/24
fins        fins-stranger    14    00:e0:4c:14:66:66  192.168.14.66/24
telecontrol tele-rtu         15    00:02:a3:15:00:11  192.168.15.11/24
telecontrol tele-outstation  15    00:30:a7:15:00:12  192.168.15.12/24
telecontrol tele-centre      15    00:25:90:15:00:21  192.168.15.21/24
telecontrol tele-stranger    15    00:e0:4c:15:66:66  192.168.15.66/24
opcua       opcua-server     16    00:01:05:16:00:11  192.168.16.11/24
opcua       opcua-panel      16    00:01:05:16:00:21  192.168.16.21/24
opcua       opcua-collector  16    00:1b:21:16:00:31  192.168.16.31/24
opcua       opcua-stranger   16    00:e0:4c:16:66:66  192.168.16.66/24
profinet    pn-controller    17    28:63:36:17:00:11  192.168.17.11/24
profinet    pn-device-1      17    00:1b:1b:17:00:21  192.168.17.21/24
profinet    pn-device-2      17    00:1b:1b:17:00:22  192.168.17.22/24
profinet    pn-engineering   17    18:60:24:17:00:90  192.168.17.90/24
profinet    pn-relay-1       17    00:30:a7:17:00:31  192.168.17.31/24
profinet    pn-relay-2       17    00:02:a3:17:00:32  192.168.17.32/24
profinet    pn-stranger      17    00:e0:4c:17:66:66  192.168.17.66/24
"

plug_in_stranger() { ip -n "sk-$1-stranger" link set eth0 up; sleep 1; }

# Line 3: S7
s7_servers() { run s7-plc s7-plc s7_plc.py; }
s7_clients() { run s7-hmi s7-hmi s7_hmi.py; }
s7_normal_work() { sleep 25; }
s7_plc_stopped() {
  sleep 8
  run_now s7-laptop s7_tool.py 192.168.11.11 identify wait:1 stop wait:2 identify
  sleep 3
}
s7_program_downloaded() {
  sleep 8
  plug_in_stranger s7
  run_now s7-stranger s7_tool.py 192.168.11.11 identify blocks wait:1 upload:1 wait:1 download:1 start
  sleep 3
}

# Line 4: EtherNet/IP
enip_servers() { run enip-plc enip-plc enip_plc.py; }
enip_clients() { run enip-hmi enip-hmi enip_hmi.py; }
enip_normal_work() { sleep 25; }
enip_tag_written() {
  sleep 8
  plug_in_stranger enip
  run_now enip-stranger enip_tool.py 192.168.12.11 find identify "read:Line1_Speed" wait:1 \
    "write:Line1_Speed=(REAL)99.5" "write:SCADA[40-42]=(INT)1,2,3"
  sleep 3
}
enip_controller_reset() {
  sleep 8
  plug_in_stranger enip
  run_now enip-stranger enip_tool.py 192.168.12.11 identify wait:1 reset
  sleep 3
}

# Line 5: SLMP
slmp_servers() { run slmp-plc slmp-plc slmp_plc.py; }
slmp_clients() { run slmp-hmi slmp-hmi slmp_hmi.py; }
slmp_normal_work() { sleep 25; }
slmp_remote_stop() {
  sleep 8
  plug_in_stranger slmp
  run_now slmp-stranger slmp_tool.py 192.168.13.11 model read:D0:10 unknown wait:1 stop wait:2 read:D0:10
  sleep 3
}
slmp_password_guessed() {
  sleep 8
  plug_in_stranger slmp
  run_now slmp-stranger slmp_tool.py 192.168.13.11 model unlock:1111 unlock:1234 unlock:0000 unlock:pass unlock:root \
    unlock:abcd unlock:qqqq unlock:9999 unlock:2026 unlock:test wait:1 read:D0:4
  sleep 3
}

# Line 6: FINS
fins_servers() { run fins-plc fins-plc fins_plc.py; }
fins_clients() { run fins-hmi fins-hmi fins_hmi.py; }
fins_normal_work() { sleep 25; }
fins_plc_stopped() {
  sleep 8
  plug_in_stranger fins
  run_now fins-stranger fins_tool.py 192.168.14.11 66 identify status wait:1 stop wait:2 status
  sleep 3
}
fins_clock_set() {
  sleep 8
  plug_in_stranger fins
  run_now fins-stranger fins_tool.py 192.168.14.11 66 clock read:0:10 wait:1 set-clock:200101000000 clock
  sleep 3
}

# Line 7: telecontrol, IEC 60870-5-104 and DNP3
telecontrol_servers() {
  run tele-rtu tele-rtu iec104_rtu.py
  run tele-outstation tele-outstation dnp3_outstation.py
}
telecontrol_clients() {
  run tele-centre tele-iec104 iec104_master.py
  run tele-centre tele-dnp3 dnp3_master.py 192.168.15.12 1 --repeat unsolicited integrity clear-restart time:now \
    operate:1 listen:6 direct:0:42 listen:6 events wait:3
}
telecontrol_normal_work() { sleep 40; }
telecontrol_stranger_operates() {
  sleep 10
  plug_in_stranger tele
  run_now tele-stranger iec104_tool.py 192.168.15.11 interrogate wait:1 select:30 operate:30 set:31:250 wait:1
  run_now tele-stranger dnp3_master.py 192.168.15.12 5 integrity wait:1 operate:2 direct:1:999 restart
  sleep 6
}
telecontrol_clock_set() {
  sleep 10
  plug_in_stranger tele
  run_now tele-stranger iec104_tool.py 192.168.15.11 clock:2001010000 wait:1
  run_now tele-stranger dnp3_master.py 192.168.15.12 5 time:2020-01-01T00:00:00 wait:1
  sleep 6
}
telecontrol_table_flooded() {
  sleep 10
  plug_in_stranger tele
  run_now tele-stranger dnp3_pieces.py 192.168.15.12 1200
  run_now tele-stranger iec104_tool.py 192.168.15.11 select:30 operate:30 wait:1
  sleep 4
}
telecontrol_select_only() {
  sleep 10
  plug_in_stranger tele
  run_now tele-stranger iec104_tool.py 192.168.15.11 select:30 wait:2
  run_now tele-stranger dnp3_master.py 192.168.15.12 5 select:3 wait:2
  sleep 20
}

# Line 8: OPC UA
opcua_servers() { run opcua-server opcua-server opcua_server.py "$WORK"; }
opcua_clients() {
  run opcua-panel opcua-panel opcua_panel.py
  run opcua-collector opcua-collector opcua_collector.py "$WORK"
}
opcua_normal_work() { sleep 25; }
opcua_logins_then_write() {
  sleep 8
  plug_in_stranger opcua
  run_now opcua-stranger opcua_tool.py 192.168.16.11 panel 99 1234 panel admin password line1 line2 line3 line4 line5 \
    line6 line8
  sleep 3
}

# Line 9: PROFINET and GOOSE
profinet_servers() {
  run pn-device-1 pn-device-1 profinet.py device conveyor-1 192.168.17.21 286336170011 8001
  run pn-device-2 pn-device-2 profinet.py device conveyor-2 192.168.17.22 286336170011 8002
}
profinet_clients() {
  run pn-controller pn-controller profinet.py controller 8011=001b1b170021 8012=001b1b170022
  run pn-relay-1 pn-relay-1 goose.py RELAY1 0001
  run pn-relay-2 pn-relay-2 goose.py RELAY2 0002
}
profinet_normal_work() {
  sleep 5
  run_now pn-engineering profinet.py tool identify wait:1 find:conveyor-2 get:001b1b170022 blink:001b1b170022 wait:1 \
    address:001b1b170022:192.168.17.22 name:001b1b170022:conveyor-2 get:001b1b170022
  sleep 12
}
profinet_station_renamed() {
  sleep 6
  plug_in_stranger pn
  run_now pn-stranger profinet.py tool identify wait:1 name:001b1b170021:x wait:1 factory-reset:001b1b170022
  sleep 4
}
