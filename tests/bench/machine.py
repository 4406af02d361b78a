# SPDX-License-Identifier: Apache-2.0
"""What the numbers were taken on."""

import os
import platform
import re
import subprocess


def read(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as source:
            return source.read().strip()
    except OSError:
        return ''


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
    except OSError:
        return ''
    return done.stdout.partition('\n')[0].strip()


def processor():
    """x86 says its name in cpuinfo; others say it to lscpu alone."""
    found = re.search(r'^model name\s*: (.*)$', read('/proc/cpuinfo'), re.M)
    if found:
        return found[1]
    lines = subprocess.run(['lscpu'], capture_output=True, text=True,
                           check=False).stdout
    found = re.search(r'^Model name:\s*(.*)$', lines, re.M)
    return found[1] if found else platform.machine()


def virtualised():
    kind = first_line('systemd-detect-virt')
    if kind:
        return '' if kind == 'none' else kind
    found = re.search(r'^Hypervisor vendor:\s*(.*)$', subprocess.run(
        ['lscpu'], capture_output=True, text=True, check=False).stdout, re.M)
    hypervisor = re.search(r'^flags\s*:.*\bhypervisor\b',
                           read('/proc/cpuinfo'), re.M)
    return found[1] if found else 'a hypervisor' if hypervisor else ''


def memory():
    found = re.search(r'^MemTotal:\s*(\d+) kB', read('/proc/meminfo'), re.M)
    return f'{int(found[1]) / 1048576:.0f} GiB' if found else 'unknown'


def system():
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', read('/etc/os-release'),
                      re.M)
    return found[1] if found else platform.system()


def describe():
    kind = virtualised()
    cores = len(os.sched_getaffinity(0))
    yield (f'{processor()}, {cores} core{"s" * (cores > 1)}, {memory()}'
           + (f', virtualised ({kind})' if kind else ', bare metal'))
    yield f'Linux {platform.release()} {platform.machine()}, {system()}'
    yield (f'{first_line("git", "--version")}, '
           f'{first_line("curl", "--version").partition(" zlib")[0]}')
    yield (f'credential helpers: {os.environ.get("BENCH_HELPERS", "unknown")};'
           f' load when it began: {os.getloadavg()[0]:.1f}')


def show():
    for line in describe():
        print(f'- {line}', flush=True)
