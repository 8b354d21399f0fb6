# SPDX-License-Identifier: Apache-2.0
"""Writes the captures of literal bytes: traffic that protocol stacks do not send, but a mirror port may deliver.

usage: literal.py FOLDER

Each scene is a function under `scene(name, meaning)` in `made/`; its meaning becomes its line in FOLDER/ORIGIN.md. The
output is the same on every run.
"""
import importlib
import os
import sys

from made.capture import HMI, PLC, SCENES, STRANGER, Capture

# A module registers its scenes when it is imported: the order here is their order on the page.
for module in ("modbus", "streams", "tunnels", "network", "addresses"):
    importlib.import_module(f"made.{module}")


def main(folder):
    os.makedirs(folder, exist_ok=True)
    lines = ["# Captures of literal bytes", "",
             "Written by `Fixtures/record/literal.py` (own work, Apache-2.0); the same bytes on every run. Stations",
             f"of the model factory: `hmi-1` ({HMI}) asks, `plc-1` ({PLC}) answers; a stranger is {STRANGER}.",
             "Checksums are correct unless the line says otherwise. The script also writes this page.", "",
             "| capture | packets | contents |", "|---|---|---|"]
    for name, meaning, link, snaplen, fill in SCENES:
        capture = Capture(link, snaplen)
        fill(capture)
        capture.write(os.path.join(folder, name + ".pcap"))
        lines.append(f"| `{name}.pcap` | {len(capture.packets)} | {meaning} |")
    with open(os.path.join(folder, "ORIGIN.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{folder}: {len(SCENES)} captures")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
