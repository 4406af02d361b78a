#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The chain of the audit: what somebody does to the file is found, by
`daypass audit verify`, by the head that was kept elsewhere, and by whoever
writes the next record; rotation keeps it; two sessions share it."""

import json
import os
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, trail   # noqa: E402
from support.place import Place   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402
from support.trail import log   # noqa: E402


def configure(place, path=None, **more):
    place.make('audit')
    place.configure(sections.web_identity(place.rig), sections.aws(),
                    sections.section('audit', None,
                                     sink=f'file:{path or log(place)}',
                                     **more))


def ended(place):
    pid = place.agent()
    place.daypass('end')
    processes.wait_end(pid, 20)


def make(place, times=4):
    """A file with some records; their lines."""
    configure(place)
    for _ in range(times):
        place.daypass('token', '--force', 'dev')
    ended(place)
    trail.verify(log(place))
    return trail.lines(log(place))


def verify(place, *arguments):
    done = place.daypass('audit', 'verify', '--json', *arguments, log(place))
    return done.code, json.loads(done.out) if done.out else {}, done.err


def write(place, lines, end=b'\n'):
    with open(log(place), 'wb') as out:
        out.write(b'\n'.join(lines) + end)


def test_intact(place):
    lines = make(place)
    code, found, err = verify(place)
    records = [json.loads(line) for line in lines]
    equal((code, err), (0, ''), 'what nobody touched is intact')
    equal((found['intact'], found['records'], found['first'], found['last'],
           found['head'], found['broken']),
          (True, len(lines), 1, len(lines), records[-1]['hash'], None),
          'and what it is')
    for number in (0, len(lines) - 1):
        code, found, _ = verify(place, '--head', records[number]['hash'])
        equal((code, found['found'], found['after']),
              (0, True, len(lines) - 1 - number),
              f'--head: record {number + 1}, and what came after')
    done = place.daypass('audit', 'verify', log(place))
    like(done.out, rf'intact: {len(lines)} records in 1 file', 'for people')


def test_tampered(place):
    """Each byte of a record, every record that is taken out, each two that
    change places, each that is written anew."""
    lines = make(place)
    heads = [json.loads(line)['hash'] for line in lines]
    wrong, third = [], lines[2]
    for at in range(0, len(third), 7):
        changed = bytearray(third)
        changed[at] ^= 1
        write(place, [*lines[:2], bytes(changed), *lines[3:]])
        code, found, _ = verify(place)
        if code != 77 or found['intact'] or found['broken']['line'] not in (
                2, 3):
            wrong.append(at)
    equal(wrong, [], 'one byte changed: found, and where')
    cases = {
        'a record removed': lines[:3] + lines[4:],
        'two swapped': [*lines[:2], lines[3], lines[2], *lines[4:]],
        'one twice': [*lines[:3], lines[2], *lines[3:]],
        'a line of its own': [*lines[:3], b'{}', *lines[3:]],
        'an empty line': [*lines[:3], b'', *lines[3:]],
        'a very long line': [*lines[:3], b'x' * 100000, *lines[3:]],
        'a NUL': [*lines[:3], lines[3] + b'\0', *lines[4:]],
    }
    for name, now in cases.items():
        write(place, now)
        code, found, err = verify(place)
        equal((code, found['intact']), (77, False), f'{name}: found')
        like(err, rf'NOT intact: {log(place)}, line \d', f'{name}: where')
    for cut in (1, 3):
        write(place, lines[:-cut])
        equal(verify(place)[0], 0, f'{cut} cut off the end: by itself not')
        code, found, err = verify(place, '--head', heads[-1])
        equal((code, found['found']), (77, False), 'but by the head')
        like(err, 'the end was cut off', 'which is told')
    write(place, [*lines[:-1], lines[-1][:50]], b'')
    code, found, _ = verify(place)
    equal((code, found['broken']['line']), (77, len(lines)), 'a torn end')
    write(place, lines)
    equal(verify(place)[0], 0, 'and as it was: intact')


def test_every_place(place):
    """Who has damaged one record cannot hide what is done to another."""
    lines = make(place, 8)
    changed = lines[4].replace(b'"allow"', b'"aloow"')
    write(place, [*lines[:2], b'{}', *lines[2:4], changed, *lines[5:7],
                  *lines[8:]])
    code, found, err = verify(place)
    equal((code, found['broken']['line'], found['broken']['places']),
          (77, 3, 3), 'a line put in, a byte changed, a record removed')
    said = place.daypass('audit', 'verify', log(place)).out
    for line in (6, 9):
        like(said, f'nor at {log(place)}, line {line}, where', f'line {line}')
    ok('intact' not in said, 'and nothing says that it is intact', said)
    equal(found['records'], len(lines) - 2, 'the rest is what it was')


def test_torn_behind_rotation(place):
    """Bytes behind the last record of a file that was rotated away."""
    configure(place, rotate='4k')
    for _ in range(3):
        place.daypass('token', '--force', 'dev')
    ended(place)
    with open(log(place) + '.1', 'ab') as out:
        out.write(b'{"a":"lie"}')
    code, found, _ = verify(place)
    equal((code, found['broken'] and found['broken']['file']),
          (77, log(place) + '.1'), 'are found')


def test_own_head(place):
    """The agent knows what it has written: cut off is cut off, before any
    other record comes."""
    configure(place, required='yes')
    place.daypass('token', '--force', 'dev')
    lines = trail.lines(log(place))
    done = place.daypass('audit', 'verify')
    equal(done.code, 0, 'as it was written')
    for left in (lines[:-1], []):
        with open(log(place), 'wb') as out:
            out.writelines(line + b'\n' for line in left)
        done = place.daypass('audit', 'verify')
        equal(done.code, 77, f'{len(left)} are left: found')
        like(done.err, rf'record {len(lines)}, the last one that this session '
             'has written, is not there', 'and told')
        done = place.daypass('audit', 'verify', log(place))
        equal(done.code, 0, 'which the file alone does not show')
        if not left:
            like(done.out, 'no records: .* does not show', 'and says so')
    ended(place)


def forge(lines, change):
    """The whole chain anew, as one can who may write the file."""
    before, forged = trail.ZERO, []
    for number, line in enumerate(lines, 1):
        record = json.loads(line)
        text = line[:line.rindex(b',"sequence"')].replace(*change)
        text += (f',"sequence":"{number:016}","prevhash":"{before}"'
                 .encode())
        before = trail.hashlib.sha256(text).hexdigest()
        forged.append(text + f',"hash":"{before}"}}'.encode())
        assert record
    return forged


def test_forged(place):
    lines = make(place)
    equal(forge(lines, (b'\0', b'')), lines, 'the format is as documented')
    forged = forge(lines, (b'"dev"', b'"lie"'))
    write(place, forged)
    equal(verify(place)[0], 0, 'all written anew: intact by itself')
    code, _, err = verify(
        place, '--head', json.loads(lines[-1])['hash'])
    equal(code, 77, 'and not what the head was of')
    like(err, 'all was written anew', 'which is told')


def test_noticed_by_the_writer(place):
    """What is done while a session writes is found with its next record."""
    for name, damage in (
            ('cut', lambda lines: lines[:-2]),
            ('emptied', lambda lines: []),
            ('added to', lambda lines: [*lines, b'{"a":"lie"}'])):
        configure(place, required='yes')
        place.daypass('token', '--force', 'dev')
        lines = trail.lines(log(place))
        with open(log(place), 'r+b') as out:
            out.truncate()
            out.write(b''.join(line + b'\n' for line in damage(lines)))
        place.daypass('token', '--force', 'dev')
        found = trail.wait(log(place), 'tampered')
        ok(found, f'{name}: a record says so')
        note = found[0]['data']['found'] if found else ''
        like(note, 'cut|no record', f'{name}: {note}')
        equal(verify(place)[0], 77, f'{name}: verify fails')
        ended(place)
        os.unlink(log(place))


def test_replaced(place):
    configure(place, required='yes')
    place.daypass('token', '--force', 'dev')
    shutil.copy(log(place), log(place) + '-copy')
    os.rename(log(place) + '-copy', log(place))
    place.daypass('token', '--force', 'dev')
    found = trail.wait(log(place), 'tampered')
    like(found[0]['data']['found'], 'replaced', 'another file in its place')
    ended(place)


def test_behind_its_back(place):
    """While daypass-audit is dead the file is cut."""
    configure(place, required='yes')
    place.daypass('token', '--force', 'dev')
    lines = trail.lines(log(place))
    writer = trail.writer(place)
    os.kill(writer, signal.SIGSTOP)
    write(place, lines[:-1])
    os.kill(writer, signal.SIGKILL)
    place.daypass('token', '--force', 'dev')
    found = trail.wait(log(place), 'tampered')
    like(found[0]['data']['found'], 'is not there|cut',
         'the next one knows what was there')
    ended(place)


def test_rotation(place):
    configure(place, rotate='4k', keep='3')
    for _ in range(3):
        place.daypass('token', '--force', 'dev')
    ok(os.path.exists(log(place) + '.1'), 'rotated')
    ended(place)
    records = trail.verify(log(place), first=False)
    ok(len(trail.files(log(place))) > 2, 'several files, one chain')
    for name in trail.files(log(place)):
        # what is written in one turn stays together
        ok(os.path.getsize(name) <= 4 * 4096, f'{os.path.basename(name)}: '
           'its size', os.path.getsize(name))
    code, found, _ = verify(place)
    equal((code, found['files'], found['last']),
          (0, len(trail.files(log(place))), int(records[-1]['sequence'])),
          'verify walks through all of them')
    os.unlink(log(place) + '.1')
    code, found, err = verify(place)
    equal((code, found['intact']), (77, False), 'one of them is missing')
    like(err, 'records before it are missing', 'and it is told')


def test_rotation_keeps_so_many(place):
    configure(place, rotate='4k', keep='2')
    for _ in range(8):
        place.daypass('token', '--force', 'dev')
    ended(place)
    equal([os.path.basename(n) for n in trail.files(log(place))],
          ['records.2', 'records.1', 'records'], 'no more than are kept')
    code, found, _ = verify(place)
    ok(code == 0 and found['first'] > 1, 'the rest is one chain', found)
    trail.verify(log(place), first=False)
    like(place.daypass('audit', 'verify', log(place)).out,
         'older records than \\d+ were rotated away', 'and it is told')


def test_two_sessions(place):
    """Of one user, at the same time, through rotations."""
    configure(place, rotate='16k', keep='50')
    with Place(place.rig) as second:
        second.configure(sections.web_identity(place.rig),
                         sections.section('audit', None, required='yes',
                                          sink=f'file:{log(place)}',
                                          rotate='16k', keep='50'))
        running = [p.start('daypass', 'token', '--force', '--audience',
                           f'a{n}') for n in range(25)
                   for p in (place, second)]
        codes = {p.wait(60) for p in running}
        for process in running:
            process.communicate()
        equal(codes, {0}, 'both are served')
        ended(second)
        ended(place)
    records = trail.verify(log(place))
    minted = [r['data']['target'] for r in trail.of_type(records, 'mint')]
    equal(sorted(minted), sorted([f'a{n}' for n in range(25)] * 2),
          'each record of each, once, in one chain')
    equal(trail.of_type(records, 'tampered'), [], 'neither suspects the other')
    ok(len(trail.files(log(place))) > 2, 'through rotations')
    equal(len({r['source'] for r in records}), 2, 'of two sessions')


def test_not_ours(place):
    """A link, a file that others may write: nothing is written there."""
    target = place.write('audit/target', '')
    os.symlink(target, place.path('audit', 'link'))
    os.mkfifo(place.path('audit', 'pipe'))
    open_to_all = place.write('audit/open', '', 0o666)
    for path, why in ((place.path('audit', 'link'), 'symbolic|symlinks'),
                      (place.path('audit', 'pipe'), 'no regular file'),
                      (open_to_all, 'written by others')):
        configure(place, path, required='yes')
        done = place.daypass('token', '--force', 'dev')
        equal(done.code, 71, f'{os.path.basename(path)}: refused')
        like(done.err, why, f'{os.path.basename(path)}: {done.err.strip()}')
        place.end()
    equal(os.path.getsize(target), 0, 'and nothing is there')


def test_read(place):
    configure(place)
    place.daypass('token', 'dev')
    place.daypass('token', '--audience', 'x')
    done = place.daypass('audit')
    equal(done.code, 0, 'the agent says where the file is')
    like(done.out, r'mint +self +allow +dev', 'for people')
    shown = place.daypass('audit', '--json')
    equal([json.loads(line) for line in shown.out.splitlines()],
          trail.read(log(place)), '--json: as they are')
    for words, wanted in (
            (('--credential', 'dev'), {'dev'}),
            (('--credential', 'de*', '--verdict', 'allow'), {'dev'}),
            (('--target', 'x'), {'id-token'}),
            (('--actor', 'agent:*'), set()),
            (('--actor', 'self', '--credential', '*'), {'dev', 'id-token'}),
            (('--verdict', 'deny'), set()),
            (('--since', '1h', '--credential', 'dev'), {'dev'}),
            (('--until', '1h'), set())):
        found = place.daypass('audit', '--json', *words).out.splitlines()
        equal({json.loads(line)['data'].get('credential')
               for line in found} - {None}, wanted, ' '.join(words))
    for words, why in ((('--verdict', 'alow'), "did you mean 'allow'"),
                       (('--since', 'then'), 'neither a time'),
                       (('--head', '0' * 64), 'goes with verify'),
                       (('verify', '--head', 'abc'), '64 digits'),
                       (('verify', '--follow'), 'every record'),
                       (('a', 'b'), 'unknown argument')):
        done = place.daypass('audit', *words)
        equal(done.code, 64, f'{" ".join(words)}: usage')
        like(done.err, why, f'{" ".join(words)}: why')
    ended(place)
    done = place.daypass('audit')
    equal(done.code, 64, 'without a session')
    like(done.err, 'name the file', 'it wants a name')
    equal(place.daypass('audit', log(place)).code, 0, 'which it reads')
    equal(place.daypass('audit', place.path('none')).code, 71, 'if it is one')
    done = place.daypass('audit', 'verify', place.directory)
    equal(done.code, 71, 'a directory')
    like(done.err, 'is no regular file', 'which is told')


def test_follow(place):
    configure(place, rotate='4k')
    place.daypass('token', 'dev')
    following = place.start('daypass', 'audit', '--follow', '--json')
    for _ in range(4):
        place.daypass('token', '--force', 'dev')
        time.sleep(0.3)
    ended(place)
    time.sleep(0.6)
    following.terminate()
    out, _ = following.communicate(timeout=20)
    equal([json.loads(line)['id'] for line in out.splitlines()],
          [r['id'] for r in trail.read(log(place))],
          '--follow: all records, through rotations')


if __name__ == '__main__':
    tap.run(globals())
