# SPDX-License-Identifier: Apache-2.0
"""The contents of a message, as either side reads them."""


class Message:
    """The contents of a message; an aspect that a side does not have is None, and so is a value it does not read."""

    def __init__(self, code):
        self.code = code
        self.targets = self.values = self.quality = self.times = self.outcome = None
        # How many values there are, if fewer are shown.
        self.count = None
        self.role = None
        # The record, or nothing.
        self.source = None
