# SPDX-License-Identifier: Apache-2.0
"""What daypass doctor says of a set-up that is broken."""

import json

from .tap import equal, like, ok, unlike

SECRET = 'CANARY|Q0FOQV'


def failed(place, *arguments, env=None, program='daypass'):
    """The checks that do not pass."""
    done = place.run(program, 'doctor', '--json', *arguments, env=env)
    return [check for check in json.loads(done.out)['checks']
            if not check['ok']]


def doctor(place, name, code, pattern, *arguments, env=None, remedy=None,
           program='daypass'):
    """The cause is said by a check that fails, what mends it too, and no
    secret."""
    done = place.run(program, 'doctor', *arguments, env=env)
    equal(done.code, code, f'{name}: exit {code}')
    unlike(done.out + done.err, SECRET, f'{name}: no secret')
    found = failed(place, *arguments, env=env, program=program)
    like('\n'.join(f'{check["name"]}: {check["cause"]}' for check in found),
         pattern, f'{name}: the cause')
    like('\n'.join(check['remedy'] or (check['cause'] if remedy else '')
                   for check in found), remedy or r'\S', f'{name}: what to do')
    ok(all(check['cause'] in done.out for check in found),
       f'{name}: the same for people', done.out)
