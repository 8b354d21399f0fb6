# SPDX-License-Identifier: Apache-2.0
"""A Logix controller with the line's tags."""
from cpppo.server.enip.main import main

main(["--address", "0.0.0.0:44818", "SCADA=INT[100]", "Line1_Speed=REAL", "Line1_Count=DINT", "Recipe=INT[20]"])
