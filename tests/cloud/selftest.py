#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Proves the cloud itself, with clients that share none of its code.

Prints TAP. What is not installed is skipped. The proofs are in proofs/.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from proofs import (   # noqa: E402, F401  (in this order)
    signatures, identities, amazon, google, microsoft, repositories,
    registries, conduct)
from proofs.client import TESTS, Rig, Skip   # noqa: E402


def main():
    print(f'1..{len(TESTS)}', flush=True)
    failures = 0
    rig = Rig()
    try:
        for number, (text, function) in enumerate(TESTS, 1):
            line = f'{number} - {text}'
            try:
                function(rig)
                print(f'ok {line}', flush=True)
            except Skip as reason:
                print(f'ok {line} # SKIP {reason}', flush=True)
            except Exception as error:
                failures += 1
                print(f'not ok {line}', flush=True)
                where = error.__traceback__.tb_next
                print(f'# {where.tb_frame.f_code.co_filename}:'
                      f'{where.tb_lineno}: {type(error).__name__}: '
                      f'{error}'.replace('\n', '\n# '), flush=True)
    finally:
        rig.close()
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
