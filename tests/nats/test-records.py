#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The records of daypass-nats-callout: in the chain of docs/audit.md, through
rotations, beside another service; and what becomes of clients where records
cannot be kept."""

import os
import signal
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

from natsrig import CALLOUT, Setting, tries   # noqa: E402
from support import tap, trail   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def verify(place, path, code=0):
    done = place.daypass('audit', 'verify', path)
    equal(done.code, code, f'daypass audit verify: {code}')
    return done


def test_chain(place):
    with Setting(place) as it:
        for _ in range(3):
            tries(it.server, auth_token=it.token())
        tries(it.server, auth_token='x')
        path = it.callout.audit_path
        records = trail.verify(path)
        equal([r['data']['verdict'] for r in records],
              ['allow'] * 3 + ['deny'], 'one chain, as docs/audit.md has it')
        like(verify(place, path).out, 'intact: 4 records', 'which is told')
        done = place.daypass('audit', '--verdict', 'deny', path)
        like(done.out, r'nats\.decision .*deny', 'daypass audit reads it')
        ok('allow' not in done.out, 'and looks for what is wanted')
        it.callout.stop(signal.SIGKILL)
        it.callout.start()
        it.serves_again(2)
        tries(it.server, auth_token=it.token())
        equal(len(trail.verify(path)), 5, 'the next one goes on in it')
        lines = trail.lines(path)
        with open(path, 'wb') as out:
            out.writelines(line + b'\n' for line in lines[:-1])
        tries(it.server, auth_token=it.token())
        found = trail.of_type(trail.read(path), 'tampered')
        like(found and found[0]['data']['found'], 'the file was cut',
             'what is done to the file is found with the next record')
        verify(place, path, 77)


def test_rotation(place):
    with Setting(place, audit='rotate = 4k\n\tkeep = 9\n') as it:
        path = it.callout.audit_path
        for _ in range(12):
            tries(it.server, auth_token=it.token())
        ok(len(trail.files(path)) > 2, 'rotated', trail.files(path))
        equal(len(trail.verify(path)), 12, 'and one chain')
        verify(place, path)


def test_moved_away(place):
    """By something that says so, and by something that does not."""
    with Setting(place) as it:
        path = it.callout.audit_path
        tries(it.server, auth_token=it.token())
        os.rename(path, place.path('old'))
        it.callout.process.send_signal(signal.SIGHUP)
        ok(wait_for(lambda: os.path.exists(path), 5),
           'SIGHUP opens a new file')
        tries(it.server, auth_token=it.token())
        equal(len(trail.verify(path)), 1, 'for what comes then')
        os.rename(path, path + '.1')
        tries(it.server, auth_token=it.token())
        equal(len(trail.verify(path)), 2, 'PATH.1: the chain goes on')
        os.rename(path, place.path('older'))
        tries(it.server, auth_token=it.token())
        types = [r['type'].removeprefix(trail.PREFIX)
                 for r in trail.read(path)]
        ok('tampered' in types, 'anything else without a word is told of',
           types)


def test_cut_with_a_signal(place):
    """SIGHUP is no way to make it forget what was in a file."""
    with Setting(place) as it:
        path = it.callout.audit_path
        for _ in range(2):
            tries(it.server, auth_token=it.token())
        os.truncate(path, len(trail.lines(path)[0]) + 1)
        it.callout.process.send_signal(signal.SIGHUP)
        wait_for(lambda: 'signing for' in it.callout.said(), 5)
        tries(it.server, auth_token=it.token())
        ok(trail.of_type(trail.read(path), 'tampered'), 'a cut is told of')


def test_more_sinks(place):
    other = place.path('other')
    more = f'sink = file:{other}\n\tsink = stderr:\n'
    with Setting(place, audit=more) as it:
        for _ in range(2):
            tries(it.server, auth_token=it.token())
        first, second = (trail.verify(it.callout.audit_path),
                         trail.verify(other))
        equal([r['first'] for r in second], [r['hash'] for r in first],
              'a second file has the hashes of the first')
        for line in trail.lines(it.callout.audit_path):
            ok(line.decode() in it.callout.said(), 'stderr has the line')


def test_two_services(place):
    """Of one machine, in one file."""
    with Setting(place) as it:
        path = it.callout.audit_path
        second = it.another(audit=f'sink = file:{path}')
        with open(second.config, encoding='utf-8') as source:
            text = source.read()
        with open(second.config, 'w', encoding='utf-8') as out:
            out.write(text.replace(f'\tsink = file:{second.audit_path}\n',
                                   ''))
        with second.start():
            for _ in range(12):
                tries(it.server, auth_token=it.token())
            equal(len(trail.verify(path)), 12, 'they write one chain')
            both = [c.metrics()['daypass_nats_allowed_total']
                    for c in (it.callout, second)]
            equal(sum(both), 12, 'both of them')
            tap.note(f'{both[0]:.0f} and {both[1]:.0f} of 12')


MANY = '''
[map "many"]
	claim = sub=org:acme/prj:web/env:{env}
	account = APP
''' + ''.join(f'\tpublish = web.{{env}}.{"x" * 60}{i}\n' for i in range(400))


def test_very_many_subjects(place):
    """More than a record can hold: their number is there."""
    with Setting(place, maps=MANY) as it:
        tries(it.server, auth_token=it.token())
        record, = trail.verify(it.callout.audit_path)
        data = record['data']
        ok(len(data['publish']) > 50, 'many are told', len(data['publish']))
        equal(len(data['publish']) + data['publish_more'], 400,
              'and of the others how many')


def test_more_permissions_than_fit(place):
    """Who cannot be answered is not let in, and no record says so."""
    maps = MANY + ''.join(f'\tsubscribe = web.{{env}}.{"y" * 400}{i}\n'
                          for i in range(1200))
    with Setting(place, maps=maps) as it:
        ok(tries(it.server, auth_token=it.token()), 'refused')
        equal([it.callout.last()[n] for n in ('verdict', 'reason')],
              ['deny', 'system'], 'and recorded as that')


def test_required(place):
    """Something else has come into the place of a file."""
    directory = place.make('records')
    sink = f'sink = file:{directory}/audit\n'
    for required in ('no', 'yes'):
        with Setting(place, audit=f'{sink}\trequired = {required}\n') as it:
            os.unlink(f'{directory}/audit')
            os.mkdir(f'{directory}/audit')
            said = tries(it.server, auth_token=it.token())
            seen = it.callout.metrics()
            os.rmdir(f'{directory}/audit')
            like(it.callout.said(), 'records did not get into the audit: '
                 '.*Is a directory', 'is told')
            equal(seen['daypass_nats_records_lost_total'], 1, 'and counted')
            if required == 'no':
                equal(said, None, 'not required: let in')
                continue
            ok(said and ' 0.' in said, 'required: refused at once', said)
            equal(seen['daypass_nats_refused_total{reason="audit"}'], 1,
                  'says so')
            equal(tries(it.server, auth_token=it.token()), None,
                  'good again: let in')


def test_no_file(place):
    """A pipe would hold the service up, and /dev/full keeps nothing."""
    pipe = place.path('pipe')
    os.mkfifo(pipe)
    with Setting(place) as it:
        with open(it.callout.config, encoding='utf-8') as source:
            text = source.read()
        for path in (pipe, '/dev/full'):
            config = place.write('other.conf', text.replace(
                it.callout.audit_path, path))
            done = place.run(CALLOUT, '--config', config)
            equal(done.code, 78, f'{path} is no file of records')
            like(done.err, r'\[audit\] sink: .* is no regular file', 'says so')


if __name__ == '__main__':
    tap.run(globals())
