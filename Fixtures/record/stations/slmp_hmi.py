# SPDX-License-Identifier: Apache-2.0
"""The SLMP line's panel and data collector: four connections, one for each frame (3E, 4E) and code (binary, ASCII)."""
import time

from pymcprotocol import Type3E, Type4E

PLC, BINARY, ASCII = "192.168.13.11", 5000, 5001

panel = Type3E()
panel.connect(PLC, BINARY)
collector = Type4E(plctype="iQ-R")
collector.connect(PLC, BINARY)
text = Type3E()
text.setaccessopt(commtype="ascii")
text.connect(PLC, ASCII)
text_serial = Type4E()
text_serial.setaccessopt(commtype="ascii")
text_serial.connect(PLC, ASCII)

panel.read_cputype()
text.read_cputype()
panel.remote_unlock("k3yW")
second = 0
while True:
    second += 1
    panel.batchread_wordunits("D0", 20)
    if second % 2 == 0:
        panel.batchread_bitunits("M0", 16)
        collector.set_subheaderserial(second)
        collector.batchread_wordunits("D100", 10)
        collector.randomread(word_devices=["D100", "D200", "W0x1F"], dword_devices=["D300"])
    if second % 3 == 0:
        text.batchread_wordunits("D0", 4)
        text_serial.set_subheaderserial(second)
        text_serial.batchread_bitunits("M0", 8)
    if second % 4 == 0:
        panel.batchwrite_wordunits("D40", [second, 100 + second])
        panel.batchwrite_bitunits("M100", [1, 0, 1, 1, 0])
    if second % 7 == 0:
        panel.randomwrite(word_devices=["D50", "D52"], word_values=[5, 6], dword_devices=["D60"], dword_values=[70_000])
        panel.randomwrite_bitunits(bit_devices=["M120", "M125"], values=[1, 0])
        text.batchwrite_wordunits("D70", [second])
        text_serial.randomwrite(word_devices=["D80"], word_values=[second], dword_devices=[], dword_values=[])
    if second % 10 == 0:
        panel.echo_test("LINE5")
    time.sleep(1)
