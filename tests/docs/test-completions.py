#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The completions as they were built, in the shells that are here: each is
asked for what it would offer."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import Skip, equal, ok   # noqa: E402

COMPLETIONS = os.path.join(BUILD, 'contrib', 'completions')
CONFIG = '''
[identity "me"]
\tsource = login
[credential "dev"]
\texchange = aws-web-identity
\t[credential "deploy"]
\tfrom = dev
[aws "prod"]
\tcredential = dev
[git "https://github.com/acme"]
\tcredential = id-token
[nats "tls://nats.acme.io"]
\tcredential = id-token
[function "https://f.run.app"]
\tcredential = id-token
'''
# What tests/agent/test-approvals.py sees daypass print.
WAITING = r"""#!/bin/sh
[ "$*" = 'approvals --plain' ] || exit 64
printf 'k7mq2p9x\tagent:claude: github for git https://github.com/a b\n'
printf 'abcd1234\tself: a`b\$(c) for aws x\n'
"""


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60,
                          check=False, **more)
    return done.stdout


def help_of(*words):
    return run([os.path.join(BUILD, words[0]), *words[1:], '--help'])


def options(*words):
    return {f'--{name}' for name in
            re.findall(r'^  --([a-z-]+)', help_of(*words), re.M)}


def verbs():
    return set(re.findall(r'^  ([a-z]+) ', help_of('daypass').partition(
        '\nverbs')[2], re.M))


TOOLS = {'git', 'docker', 'aws', 'gcloud', 'nats', 'function', 'token',
         'id-token'}
# A line, and all that may follow it; the last word is being written.
WANTED = {
    'daypass ': verbs(),
    'daypass sta': {'status'},
    'daypass --': {'--help', '--version'},
    'daypass doctor ': TOOLS,
    'daypass doctor git ': {'https://github.com/acme'},
    'daypass doctor token ': {'dev', 'deploy', 'id-token'},
    'daypass token ': {'dev', 'deploy', 'id-token'},
    'daypass token --force de': {'dev', 'deploy'},
    'daypass login ': {'me'},
    'daypass approve ': {'k7mq2p9x', 'abcd1234'},
    'daypass approve --once k': {'k7mq2p9x'},
    'daypass deny --reason no a': {'abcd1234'},
    'daypass curl -- -sS ': {'https://f.run.app'},
    'aws-credential-daypass --profile ': {'prod'},
    'aws-credential-daypass --credential d': {'dev', 'deploy'},
    'git-credential-daypass ': {'get', 'store', 'erase', 'capability'},
    'docker-credential-daypass l': {'list'},
    'nats-credential-daypass ': {'tls://nats.acme.io'},
    **{f'daypass {verb} --': options('daypass', verb) for verb in verbs()},
    **{f'{name} --': options(name) for name in (
        'aws-credential-daypass', 'gcloud-credential-daypass')},
}
# A command's name, which begins so on every machine.
COMMAND = 'daypass run mkfif', 'mkfifo'
URLS = {'https://f.run.app', 'https://github.com/acme', 'tls://nats.acme.io'}


class Home:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='daypass-completions-')
        self.file('config', CONFIG)
        os.mkdir(os.path.join(self.path, 'bin'))
        os.chmod(self.file('bin/daypass', WAITING), 0o755)
        self.env = {'HOME': self.path, 'LANG': 'C.UTF-8', 'TERM': 'dumb',
                    'PATH': f'{self.path}/bin:{BUILD}:/usr/bin:/bin',
                    'DAYPASS_CONFIG': os.path.join(self.path, 'config')}
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def file(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(text)
        return path


def bash_offers(home, line, more=''):
    """As bash itself would: in COMP_WORDS, broken where bash breaks words."""
    words = line.split(' ')
    script = home.file('ask', f'''
        {more}
        source {COMPLETIONS}/daypass
        COMP_WORDS=({' '.join(f"'{word}'" for word in words)})
        COMP_CWORD={len(words) - 1} COMP_LINE='{line}'
        COMP_POINT=${{#COMP_LINE}}
        _daypass
        printf '%s\\n' "${{COMPREPLY[@]}}"
    ''')
    out = run(['bash', '--norc', script], env=home.env)
    return set(out.split())


def fish_offers(home, line):
    out = run(['fish', '--no-config', '-c',
               f"source {COMPLETIONS}/daypass.fish; complete -C '{line}'"],
              env=home.env)
    return {word.split('\t')[0] for word in out.splitlines()}


ZSH = r"""
PS1= RPS1=
fpath=({completions} $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {{	# what is offered goes to a file as well
	local -a offered
	if [[ ${{@[1,(i)(-|--)]}} != *-(O|A|D)\ * ]]; then
		builtin compadd -A offered "$@"
		print -rl -- $offered >>{home}/offers
	fi
	builtin compadd "$@"
}}
finish() {{ : >{home}/done; zle kill-whole-line }}
zle -C offers list-choices _main_complete
zle -N finish
bindkey '^O' offers
bindkey '^F' finish
: >{home}/done
"""


class Zsh:
    """zsh has no way to be asked: it gets a terminal, and keys."""
    def __init__(self, home):
        self.home = home
        script = home.file('script', ZSH.format(
            completions=COMPLETIONS, home=home.path))
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(home.path)
            os.execve('/usr/bin/zsh', ['zsh', '-f', '-i'], home.env)
        self.type(f'source {script}\n')

    def type(self, text):
        """Until the shell has done what was typed last."""
        done = os.path.join(self.home.path, 'done')
        end = time.monotonic() + 60
        os.write(self.terminal, text.encode())
        while not os.path.exists(done) and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.02)[0]:
                os.read(self.terminal, 65536)
        os.unlink(done)

    def offers(self, line):
        offers = self.home.file('offers', '')
        self.type(f'{line}\x0f\x06')
        with open(offers, encoding='utf-8') as source:
            return set(source.read().split())

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def need(shell):
    if not shutil.which(shell):
        raise Skip(f'{shell} is not installed')


def test_bash(_):
    need('bash')
    with Home() as home:
        for line, wanted in WANTED.items():
            equal(sorted(bash_offers(home, line)), sorted(wanted),
                  f'bash: {line}')
        equal(sorted(bash_offers(home, 'daypass token --for ')), sorted(URLS),
              'bash: what --for may be')
        ok(COMMAND[1] in bash_offers(home, COMMAND[0]), 'bash: a command')
        ok('config' in bash_offers(
            home, f'daypass-nats-callout --config {home.path}/co') or
           f'{home.path}/config' in bash_offers(
               home, f'daypass-nats-callout --config {home.path}/co'),
           'bash: a file')


def test_bash_with_its_library(_):
    library = '/usr/share/bash-completion/bash_completion'
    need('bash')
    if not os.path.exists(library):
        raise Skip('bash-completion is not installed')
    with Home() as home:
        for line in ('daypass doctor git ', 'daypass token --force de'):
            equal(sorted(bash_offers(home, line, f'. {library}')),
                  sorted(WANTED[line]), f'bash-completion: {line}')


def test_fish(_):
    need('fish')
    with Home() as home:
        for line, wanted in WANTED.items():
            equal(sorted(fish_offers(home, line)), sorted(wanted),
                  f'fish: {line}')
        equal(sorted(fish_offers(home, 'daypass token --for ')), sorted(URLS),
              'fish: what --for may be')
        ok(COMMAND[1] in fish_offers(home, COMMAND[0]), 'fish: a command')


def test_zsh(_):
    need('zsh')
    with Home() as home:
        zsh = Zsh(home)
        try:
            for line, wanted in WANTED.items():
                equal(sorted(zsh.offers(line)), sorted(wanted), f'zsh: {line}')
            equal(sorted(zsh.offers('daypass token --for ')), sorted(URLS),
                  'zsh: what --for may be')
            ok(COMMAND[1] in zsh.offers(COMMAND[0]), 'zsh: a command')
        finally:
            zsh.end()


if __name__ == '__main__':
    if not os.path.exists(os.path.join(COMPLETIONS, 'daypass')):
        print('1..0 # SKIP built for another machine: no completions')
        sys.exit(0)
    tap.run_alone(globals())
