# SPDX-License-Identifier: Apache-2.0
"""A core, as elf(5) has it."""

import struct

PT_LOAD = 1


def pages(data):
    """Those in a core. Its notes are left out: vector registers keep what
    was copied last."""
    offset, = struct.unpack_from('<Q', data, 32)
    size, count = struct.unpack_from('<HH', data, 54)
    for at in range(offset, offset + size * count, size):
        kind, _, start, _, _, length = struct.unpack_from('<IIQQQQ', data, at)
        if kind == PT_LOAD:
            yield data[start:start + length]
