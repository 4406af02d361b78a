#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Places where no agent can stay: each request has one to itself, which is
said once, and of which nothing stays."""

import json
import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, processes, sections, tap   # noqa: E402
from support.people import Person   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

WEB = 'sts:AssumeRoleWithWebIdentity'
SAID = (r'^daypass: no session can stay here \(.*\): this request has an '
        r'agent to itself, and nothing is kept\n$')


def bind(place, *more):
    rig = place.rig
    place.configure(sections.web_identity(rig), sections.aws(),
                    sections.octo(rig), sections.git(rig),
                    sections.docker('registry.rig.test'), *more)


class Closed:
    """A place for somebody who may not make a runtime directory."""

    def __init__(self, place):
        self.place = place
        self.parent = place.make('closed')
        self.env = {'DAYPASS_RUNTIME_DIR': os.path.join(self.parent, 'd')}
        if os.getuid() != 0:
            os.chmod(self.parent, 0o500)
            self.person = None
            return
        self.person = Person(place)
        os.chmod(self.parent, 0o755)
        self.env.update(HOME=self.person.home, TMPDIR=self.person.own('t'),
                        XDG_RUNTIME_DIR=None)

    def configure(self):
        """The stand-in for `ona` is for who owns the cloud: a file."""
        place = self.place
        token = place.rig.token('sts.amazonaws.com')
        path = 'nobody/token' if self.person else 'home/token'
        place.write(path, token, 0o644)
        bind(place, '[identity]\n\tsource = file\n'
             f'\tfile = {place.path(path)}\n')
        self.share()

    def share(self):
        """Root's own files, which others may read, as a system's are."""
        for path in ('home', 'home/.config', 'home/.config/daypass'):
            os.chmod(self.place.path(path), 0o711)
        os.chmod(self.place.config, 0o644)
        self.env['DAYPASS_CONFIG'] = self.place.config
        authority = os.path.dirname(self.place.rig['ca'])
        for path in (self.place.rig.directory, authority):
            os.chmod(path, 0o711)
        os.chmod(self.place.rig['ca'], 0o644)

    def command(self, *words):
        return self.person.command(*words) if self.person else words

    def run(self, *words, env=None, **more):
        return self.place.run(*self.command(*words), cwd='/',
                              env={**self.env, **(env or {})}, **more)

    def start(self, *words):
        return self.place.start(*self.command(*words), env=self.env, cwd='/',
                                start_new_session=True)


def nothing_stays(place, closed, name):
    ok(wait_for(lambda: not place.left(), 10), f'{name}: no process stays',
       place.left())
    equal(os.listdir(closed.parent), [], f'{name}: nor a file')


def agents():
    """Those of one request, ours among them. Whose they are cannot be seen:
    they do not let themselves be looked at."""
    return {pid for pid in processes.all_pids()
            if b'--once' in processes.read(pid, 'cmdline')}


def test_nowhere(place):
    """Another user, in a directory that is not theirs."""
    closed = Closed(place)
    closed.configure()
    for number in range(1, 3):
        done = closed.run('aws-credential-daypass')
        ok(done.code == 0 and 'AccessKeyId' in done.out, 'aws works', done)
        like(done.err, SAID, 'with one line')
        equal(place.rig.count(WEB), number, 'nothing is kept')
    for words, said, out in (
            (('docker-credential-daypass', 'get'), 'registry.rig.test',
             'Secret'),
            (('daypass', 'token', '--audience', 'x'), '', 'eyJ')):
        done = closed.run(*words, input=said)
        ok(done.code == 0 and out in done.out, f'{words[0]} works', done)
        like(done.err, SAID, 'with one line')
    done = closed.run('gcloud-credential-daypass', env={
        'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': '//x'})
    ok('"success":true' in done.out, 'gcloud works', done)
    equal(done.err, '', 'without a word, which would do harm there')
    nothing_stays(place, closed, 'nowhere to stay')


def test_errors(place):
    closed = Closed(place)
    closed.configure()
    place.rig.fault('sts', 'fail', count=-1)
    done = closed.run('aws-credential-daypass')
    equal((done.code, done.out), (1, ''), 'it fails as ever')
    like(done.err, 'nothing is kept\ndaypass: exchange aws-web-identity: '
         'AccessDenied', 'and says why')
    nothing_stays(place, closed, 'a failure')


def test_second_question(place):
    """A variable that only the asker knows: two requests, still one line."""
    closed = Closed(place)
    bind(place, '[identity]\n\tsource = env\n\tvariable = JWT\n')
    closed.share()
    done = closed.run('daypass', 'token', '--audience', 'x',
                      env={'JWT': place.rig.token('x')})
    ok(done.code == 0 and done.out, 'a variable is asked for: works', done)
    like(done.err, SAID, 'with one line')
    nothing_stays(place, closed, 'two requests')


def check_ended(place, closed, number, name):
    place.rig.forget()
    place.rig.fault('sts', 'stall')
    asker = closed.start('aws-credential-daypass')
    wait_for(lambda: place.rig.count(WEB))
    there = agents()
    ok(len(there) >= 2, f'{name}: an agent and its mint are there', there)
    os.killpg(asker.pid, number)
    asker.communicate(timeout=60)
    equal(asker.returncode, -number, f'{name} ends the asker')
    ok(wait_for(lambda: not there & agents()), f'{name}: they go as well')
    nothing_stays(place, closed, name)


def test_interrupted(place):
    """Its agent is for nobody else: it goes with its asker."""
    closed = Closed(place)
    closed.configure()
    check_ended(place, closed, signal.SIGINT, 'Ctrl-C')
    check_ended(place, closed, signal.SIGKILL, 'kill -9')


def test_many(place):
    closed = Closed(place)
    closed.configure()
    started = [closed.start('aws-credential-daypass') for _ in range(20)]
    ended = [process.communicate(timeout=60) for process in started]
    equal({process.returncode for process in started}, {0},
          '20 at once: all work')
    equal(len({json.loads(out)['AccessKeyId'] for out, _ in ended}), 20,
          'each with its own')
    nothing_stays(place, closed, '20 at once')


def test_read_only(place):
    """The directory is there, and is ours, on a read-only file system."""
    if os.getuid() != 0:
        raise tap.Skip('only root may mount')
    bind(place)
    directory = place.make('run/daypass')
    script = ('mount -t tmpfs -o ro,mode=0700 none "$1" && shift && '
              'exec "$@"')
    done = place.run('unshare', '--mount', 'sh', '-c', script, 'sh',
                     directory, 'aws-credential-daypass')
    if 'mount:' in done.err or 'unshare' in done.err:
        raise tap.Skip(done.err)
    ok(done.code == 0 and 'AccessKeyId' in done.out,
       'a read-only file system: works', done)
    like(done.err, SAID, 'with one line')
    ok(wait_for(lambda: not place.left(), 10), 'no process stays')


def test_git(place):
    """A whole clone, which asks several times, by agents of one request."""
    bind(place)
    env = {**clients.git(place), 'DAYPASS_RUNTIME_DIR': '/proc/daypass'}
    url = place.rig['git'] + '/acme/web.git'
    done = place.run('git', 'clone', '-q', url, 'web', env=env)
    equal(done.code, 0, 'git clone works')
    ok(os.path.exists(place.path('home/web/.git')), 'the clone is there')
    ok(wait_for(lambda: not processes.with_environment(place.directory), 10),
       'no process stays')


if __name__ == '__main__':
    tap.run(globals())
