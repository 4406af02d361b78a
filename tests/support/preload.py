# SPDX-License-Identifier: Apache-2.0
"""Libraries that are preloaded into a program of ours."""

import os
import shutil
import subprocess

from .place import SOURCE, is_sanitized
from .tap import Skip


def library(place, source):
    """Compiled from this file of ours; its path."""
    if is_sanitized():
        raise Skip('a sanitizer wants to be loaded first')
    compiler = shutil.which('cc') or shutil.which('gcc')
    if not compiler:
        raise Skip('nothing to preload: there is no compiler')
    made = place.path(os.path.basename(source) + '.so')
    done = subprocess.run(
        [compiler, '-shared', '-fPIC', '-O1', '-o', made,
         os.path.join(SOURCE, source), '-ldl'],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(f'nothing to preload: {done.stderr}')
    return made
