#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who is on the other end: neither a helper nor an agent has anything to do
with somebody else, however that one came to the socket."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.people import NOBODY, Person, Space   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

STRANGER = 54321
OUTSIDE = 154321

# Binds the socket of that name, says so, answers whoever comes, and notes
# what it is told.
PLANT = '''
import os, socket, sys
os.chdir(sys.argv[1])
trap = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
trap.bind('agent.sock')
os.chmod('agent.sock', 0o777)
trap.listen()
print('ready', flush=True)
heard = open(sys.argv[2], 'ab', 0)
heard.write(b'*')
while True:
    asker, _ = trap.accept()
    try:
        asker.sendall(b'daypass=1 ok\\nkind=id-token\\nsecret=planted\\n\\n')
        heard.write(asker.recv(65536))
    except OSError:
        pass
    asker.close()
'''
# Asks there, and prints what comes back.
INTRUDE = '''
import os, socket, sys
os.chdir(sys.argv[1])
asker = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
print('ready', flush=True)
sys.stdin.read()
asker.connect('agent.sock')
try:
    asker.sendall(sys.argv[2].encode())
    said = asker.recv(65536)
except OSError:
    said = b''
print('answer', len(said), flush=True)
'''


def bind(place):
    place.configure(sections.web_identity(place.rig), sections.aws(),
                    sections.git(place.rig), sections.octo(place.rig),
                    sections.docker('registry.rig.test'))


def runtime(place):
    return place.make('run/daypass')


def intrusion(person, place, request):
    """What the agent says to this person, who is let in to the socket."""
    directory = runtime(place)
    os.chmod(place.runtime, 0o711)
    os.chmod(directory, 0o711)
    os.chmod(place.socket, 0o777)
    process = person.python(INTRUDE, directory, request.decode())
    out, _ = process.communicate(timeout=60)
    os.chmod(directory, 0o700)
    return out.decode().strip()


def planted(person, place):
    """A socket of this person's in our directory, from a time at which they
    could write to it."""
    directory = runtime(place)
    os.chmod(place.runtime, 0o711)
    os.chmod(directory, 0o777)
    process = person.python(PLANT, directory, heard_by(person))
    os.chmod(directory, 0o700)
    return process


def heard_by(person):
    return os.path.join(person.home, 'heard')


def test_planted_socket(place):
    person = Person(place)
    bind(place)
    process = planted(person, place)
    pattern = (f'the one that listens runs as uid {NOBODY}, and this runs as '
               r'uid 0: not used \(set DAYPASS_RUNTIME_DIR')
    ask = f'protocol=https\nhost={place.rig.git}\npath=acme/web\n\n'
    for command, said, channel, code in (
            (('aws-credential-daypass',), '', 'err', 1),
            (('git-credential-daypass', 'get'), ask, 'err', 0),
            (('docker-credential-daypass', 'get'), 'registry.rig.test', 'out',
             1),
            (('daypass', 'token', '--audience', 'x'), '', 'err', 77),
            (('daypass', 'status'), '', 'err', 77)):
        done = place.run(*command, input=said)
        name = ' '.join(command[:2])
        equal(done.code, code, f'a planted socket: {name} fails')
        like(getattr(done, channel), pattern, f'{name}: says why')
        ok('planted' not in done.out, f'{name}: takes nothing from it', done)
    done = place.run('gcloud-credential-daypass', env={
        'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': '//x'})
    ok('"success":false' in done.out and 'uid 65534' in done.out,
       'gcloud: in its own form', done)
    process.kill()
    process.communicate()
    with open(heard_by(person), 'rb') as heard:
        equal(heard.read(), b'*', 'it was told nothing')
    equal(place.rig.counts(), {}, 'nobody was asked')
    done = place.run('aws-credential-daypass')
    ok(done.code == 0 and place.agent(), 'what is left of it is replaced',
       done)


def test_intruder(place):
    bind(place)
    place.run('aws-credential-daypass')
    agent = place.agent()
    for uid in (NOBODY, STRANGER):
        person = Person(place, uid, f'person-{uid}')
        for request in (wire.get(place), wire.message('status'),
                        wire.message('end')):
            equal(intrusion(person, place, request), 'answer 0',
                  f'uid {uid} at our socket: not a word')
    equal(place.agent(), agent, 'and the session goes on')


def test_root_is_somebody_else(place):
    person = Person(place, STRANGER, 'stranger')
    token = person.write('stranger/token', place.rig.token('x'))
    config = person.write('stranger/config', (
        f'[identity]\n\tsource = file\n\tfile = {token}\n'))
    theirs = {'DAYPASS_RUNTIME_DIR': person.own('stranger/run'),
              'DAYPASS_CONFIG': config}
    done = person.run('daypass', 'token', '--audience', 'x', env=theirs)
    equal(done.code, 0, "a stranger's session")
    place.env['DAYPASS_RUNTIME_DIR'] = theirs['DAYPASS_RUNTIME_DIR']
    with wire.connect(place) as connection:
        try:
            connection.sendall(wire.message('status'))
        except BrokenPipeError:
            pass
        equal(wire.rest_of(connection), b'', 'its agent does not know root')
    done = place.daypass('status')
    like(done.err, f'belongs to uid {STRANGER}, not to uid 0: not used',
         'nor do the helpers of root know it')
    del place.env['DAYPASS_RUNTIME_DIR']
    equal(person.run('daypass', 'end', env=theirs).code, 0, 'it ends')


def test_foreign_directory(place):
    """In places where everybody may write, somebody may have been first."""
    person = Person(place)
    bind(place)
    place.make('open')
    os.chmod(place.path('open'), 0o1777)
    theirs = person.own('open/daypass')
    env = {'DAYPASS_RUNTIME_DIR': theirs}
    for mode in (0o700, 0o777, 0o500):
        os.chmod(theirs, mode)
        done = place.run('aws-credential-daypass', env=env)
        equal((done.code, done.out), (1, ''), f'theirs, mode {mode:o}: no')
        like(done.err, f'belongs to uid {NOBODY}, not to uid 0: not used',
             'and why')
    os.rmdir(theirs)
    os.symlink(place.make('home/elsewhere'), theirs)
    os.lchown(theirs, NOBODY, NOBODY)
    done = place.run('aws-credential-daypass', env=env)
    like(done.err, 'symbolic link: not used', 'their link to a place of ours')
    equal(os.listdir(place.path('home/elsewhere')), [], 'nothing is there')


def test_modes(place):
    bind(place)
    directory = runtime(place)
    for mode in (0o701, 0o710, 0o707, 0o770, 0o1755, 0o2750):
        os.chmod(directory, mode)
        done = place.run('aws-credential-daypass')
        equal((done.code, done.out), (1, ''), f'mode {mode:o}: refused')
        like(done.err, rf'can be entered by others \(mode {mode & 0o777:o}\)',
             'with the reason')
    os.chmod(directory, 0o700)
    for name in ('agent.lock', 'agent.sock'):
        os.symlink(place.path('home/target'), os.path.join(directory, name))
        done = place.run('aws-credential-daypass')
        ok(not os.path.lexists(place.path('home/target')),
           f'{name} is a link: nothing is made where it leads', done)
        if name == 'agent.lock':
            like(done.err, "cannot open 'agent.lock'", 'refused')
            os.unlink(os.path.join(directory, name))
    equal(done.code, 0, 'a link for a socket is replaced by one')


# containers

def in_space(place, space, *command, env=None):
    return place.run(*space.enter(), place.path('shared', command[0]),
                     *command[1:], env=env, cwd='/')


def test_container_with_other_uids(place):
    """The directory is mounted into a container whose root is somebody else:
    neither side uses what is the other's."""
    outsider = Person(place, OUTSIDE, 'outsider')
    bind(place)
    place.run('aws-credential-daypass')
    agent = place.agent()
    home = {'HOME': outsider.home, 'XDG_RUNTIME_DIR': None,
            'DAYPASS_RUNTIME_DIR': place.path('run/daypass')}
    os.chmod(place.runtime, 0o711)
    with Space(place, OUTSIDE) as space:
        done = in_space(place, space, 'daypass', 'status', env=home)
        ok(done.code != 0 and 'runtime directory' in done.err,
           'inside, our directory is closed', done)
        os.chmod(place.path('run/daypass'), 0o755)
        done = in_space(place, space, 'daypass', 'status', env=home)
        os.chmod(place.path('run/daypass'), 0o700)
        like(done.err, f'belongs to uid {NOBODY}, not to uid 0: not used',
             'or somebody else\'s')
        check_theirs(place, space, outsider)
    equal(place.agent(), agent, 'our session goes on')
    equal(place.daypass('status').code, 0, 'and is ours')


def check_theirs(place, space, outsider):
    token = outsider.write('outsider/token', place.rig.token('x'))
    config = outsider.write('outsider/config', (
        f'[identity]\n\tsource = file\n\tfile = {token}\n'))
    theirs = {'HOME': outsider.home, 'XDG_RUNTIME_DIR': None,
              'DAYPASS_RUNTIME_DIR': outsider.own('outsider/run'),
              'DAYPASS_CONFIG': config}
    done = in_space(place, space, 'daypass', 'token', '--audience', 'x',
                    env=theirs)
    equal((done.code, done.err), (0, ''), 'it has a session of its own')
    done = place.daypass('status', env=theirs)
    like(done.err, f'belongs to uid {OUTSIDE}, not to uid 0: not used',
         'which we do not use from outside')
    equal(in_space(place, space, 'daypass', 'end', env=theirs).code, 0,
          'and ends it')


def test_container_with_the_same_user(place):
    """The same user under another number, as in a container without root:
    one session."""
    person = Person(place, OUTSIDE, 'person')
    token = person.write('person/token', place.rig.token('x'))
    config = person.write('person/config', (
        f'[identity]\n\tsource = file\n\tfile = {token}\n'))
    env = {'HOME': person.home, 'XDG_RUNTIME_DIR': None,
           'DAYPASS_RUNTIME_DIR': person.own('person/run'),
           'DAYPASS_CONFIG': config}
    first = person.run('daypass', 'token', '--audience', 'x', env=env)
    with Space(place, OUTSIDE) as space:
        done = in_space(place, space, 'daypass', 'token', '--audience', 'x',
                        env=env)
    equal((done.code, done.out), (0, first.out), 'one user, one session')
    equal(person.run('daypass', 'end', env=env).code, 0, 'it ends')
    ok(processes.wait_for(lambda: not place.left()), 'all of it')


if __name__ == '__main__':
    tap.run(globals())
