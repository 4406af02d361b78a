#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What daypass costs, as tables in Markdown: `make bench`.

Times on a machine that others share are noise: what counts are the ratios,
which are taken from programs that ran in turn. BENCH_ROUNDS (1000) makes it
longer or shorter; an argument takes only the sections whose name has it.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))))

import callout   # noqa: E402
import audit     # noqa: E402
import cold      # noqa: E402
import held      # noqa: E402
import machine   # noqa: E402
import mint      # noqa: E402
import session   # noqa: E402
import storm     # noqa: E402
import warm      # noqa: E402
from support.rig import Rig   # noqa: E402

SECTIONS = (warm, audit, session, held, cold, storm, mint, callout)


def main():
    machine.show()
    with Rig() as rig:
        for part in SECTIONS:
            if all(word in part.__name__ for word in sys.argv[1:]):
                part.section(rig)


if __name__ == '__main__':
    main()
