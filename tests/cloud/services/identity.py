# SPDX-License-Identifier: Apache-2.0
"""The workspace's identity: mints ID tokens over a unix socket.

`ona`, `gitpod` and `gp` in DIR/bin stand in for the vendors' programs; they
are shell and curl, and this is who they talk to.
"""

import json
import os
import stat

from parts.idtoken import ALGORITHMS, new_jti
from parts.web import Refusal, Reply, Service

from . import circleci

SOCKET = 'idp.sock'
KINDS = ('ona', 'gitpod', 'gp', 'circleci')


class Identity(Service):
    name = 'identity'
    tenant = None     # a uid that the workspace belongs to as well
    usual_refusal = (503, 'Unavailable', 'failed to get ID token: rpc error: '
                     'code = Unavailable desc = connection error')

    def operation(self, request):
        return request.path.strip('/') or 'unknown'

    def answer(self, request):
        if request.peer not in (os.getuid(), self.tenant):
            raise Refusal(403, 'PermissionDenied', 'not your workspace')
        if (request.method, request.path) != ('POST', '/token'):
            raise Refusal(404, 'Unimplemented', 'POST /token')
        return self.mint(request.form())

    def refuse(self, refusal):
        """Plain text: the stand-ins print it as it is."""
        return Reply.text(f'Error: {refusal.message}\n', refusal.status)

    def mint(self, form):
        wanted = {name: values[-1] for name, values in form.items()}
        audiences = [a for a in form.get('audience', []) if a]
        if wanted.get('kind') == 'circleci':
            audiences = [audience_in(wanted.get('claims', ''))]
        if not audiences:
            raise Refusal(400, 'InvalidArgument',
                          'required flag(s) "audience" not set')
        kind = wanted.get('kind', 'ona')
        if kind not in KINDS:
            raise Refusal(400, 'InvalidArgument', f'unknown kind "{kind}"')
        claims = self.claims(audiences, kind, wanted)
        algorithm = wanted.get('alg', self.world['identity']['alg'])
        if algorithm not in ALGORITHMS:
            raise Refusal(400, 'InvalidArgument', f'unknown alg {algorithm}')
        token = self.issued.remember(self.cloud.signer.sign(claims, algorithm))
        if 'decode' in wanted:
            return Reply.text(json.dumps(claims, indent=2))
        return Reply.text(token)

    def claims(self, audiences, kind, wanted):
        state = self.world['identity']
        sub = wanted.get('sub', state['sub'])
        now = int(self.world.now())
        life = int(wanted.get('ttl', state['ttl']))
        claims = {
            'iss': self.cloud.issuer,
            'sub': sub,
            'aud': audiences,
            'iat': now,
            'nbf': now,
            'exp': now + life,
            'jti': new_jti(self.issued),
            **more_claims(kind, sub),
            **state.get('claims', {}),
        }
        # A claim set to null in the world is left out.
        return {n: v for n, v in claims.items() if v is not None}


def more_claims(kind, sub):
    if kind == 'gp':
        return classic_claims()
    if kind == 'circleci':
        return {'oidc.circleci.com/project-id': 'web',
                'oidc.circleci.com/context-ids': []}
    return ona_claims(sub)


def ona_claims(sub):
    """What stands in Ona's subject, as claims (its V2 and V3)."""
    long_names = {'org': 'organization_id', 'prj': 'project_id',
                  'env': 'environment_id'}
    parts = dict(part.split(':', 1) for part in sub.split('/') if ':' in part)
    claims = {long_names[n]: v for n, v in parts.items() if n in long_names}
    return {'org': parts.get('org'), **claims, 'creator_name': 'Ada'}


def audience_in(claims):
    """What CircleCI's command lets its users choose: `aud` and nothing else."""
    try:
        claims = json.loads(claims)
    except ValueError as error:
        raise Refusal(400, 'InvalidArgument', 'claims: not JSON') from error
    if not isinstance(claims, dict) or list(claims) != ['aud'] or \
            not isinstance(claims['aud'], str):
        raise Refusal(400, 'InvalidArgument',
                      'claims: only "aud" may be set, to a string')
    return claims['aud']


def classic_claims():
    return {'name': 'Ada', 'email': 'ada@acme.example', 'org': 'acme'}


STAND_IN = """\
#!/bin/sh
# Stand-in for `{kind}`: {kind} idp token --audience X{more}
usage() {{
	echo "Error: $1" >&2
	echo "Usage: {kind} idp token --audience AUDIENCE [--decode]" >&2
	exit 1
}}
[ "$1 $2" = 'idp token' ] || usage "unknown command \\"$1 $2\\""
shift 2
decode=
n=$#
while [ "$n" -gt 0 ]; do
	case $1 in
	--audience) [ "$n" -gt 1 ] || usage 'flag needs an argument: --audience'
		set -- "$@" --data-urlencode "audience=$2"; shift 2; n=$((n - 2)) ;;
	--audience=*) set -- "$@" --data-urlencode "audience=${{1#*=}}"
		shift; n=$((n - 1)) ;;
	--decode) decode='-d decode=1'; shift; n=$((n - 1)) ;;
	*) usage "unknown flag: $1" ;;
	esac
done
# A relative path, because a socket's may be 107 characters long.
cd '{directory}' || exit 1
reply=$(exec '{curl}' -qs --fail-with-body --noproxy '*' \\
	--unix-socket {socket} -d kind={kind} $decode "$@" \\
	http://localhost/token) || {{
	printf '%s\\n' "${{reply:-Error: no answer from the supervisor}}" >&2
	exit 1
}}
printf '%s\\n' "$reply"
"""


def write_stand_ins(directory, curl):
    """DIR/bin/ona, gitpod, gp and circleci."""
    binaries = os.path.join(directory, 'bin')
    os.makedirs(binaries, exist_ok=True)
    for kind in KINDS:
        more = ' [--audience Y]' if kind == 'gp' else ''
        path = os.path.join(binaries, kind)
        with open(path, 'w', encoding='utf-8') as out:
            text = circleci.STAND_IN if kind == 'circleci' else STAND_IN
            out.write(text.format(
                kind=kind, more=more, curl=curl, socket=SOCKET,
                directory=directory.replace("'", "'\\''")))
        os.chmod(path, stat.S_IRWXU)
