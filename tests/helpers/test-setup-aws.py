#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup aws, over real-looking files."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import try_corpus   # noqa: E402


def test_aws_corpus(place):
    try_corpus(place, 'aws')


if __name__ == '__main__':
    tap.run(globals())
