# SPDX-License-Identifier: Apache-2.0
"""A git host: private repositories over smart HTTP.

`git http-backend` does git; this file decides who may. Taken are, as Basic
password or as Bearer: GitHub installation tokens that octo-sts handed out,
the workspace's own id token with this host as its audience, and under the
names of their hosts Entra's tokens for Azure DevOps and Google's.
"""

import os
import shutil
import subprocess
import threading

from parts.idtoken import BadToken, audiences, matches
from parts.web import Refusal, Reply, Service
from parts.world import AZURE_DEVOPS

BACKEND = '/usr/lib/git-core/git-http-backend'
NEEDS = {'git-upload-pack': 'read', 'git-receive-pack': 'write'}
RANK = {'read': 1, 'write': 2, 'admin': 3}
REPOSITORIES = ('acme/web', 'acme/other')
# Nothing of the caller's configuration may reach the server's git.
CLEAN = {
    'PATH': '/usr/bin:/bin',
    'HOME': '/nonexistent',
    'LC_ALL': 'C',
    'GIT_CONFIG_NOSYSTEM': '1',
    'GIT_CONFIG_GLOBAL': '/dev/null',
}
AUTHOR = {f'GIT_{who}_{what}': value for who in ('AUTHOR', 'COMMITTER')
          for what, value in (('NAME', 'Ada'), ('EMAIL', 'ada@acme.example'),
                              ('DATE', '2024-05-06T07:08:09Z'))}


def git(*arguments, where):
    subprocess.run(['/usr/bin/git', *arguments], cwd=where, check=True,
                   env=CLEAN | AUTHOR, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def create(root):
    """The repositories, each with a commit on main."""
    for name in REPOSITORIES:
        bare = os.path.join(root, f'{name}.git')
        if os.path.isdir(bare):
            continue
        work = os.path.join(root, 'work')
        os.makedirs(work)
        git('init', '-q', '-b', 'main', where=work)
        with open(os.path.join(work, 'README'), 'w', encoding='utf-8') as out:
            out.write(f'This is {name}.\n')
        git('add', 'README', where=work)
        git('commit', '-q', '-m', 'First', where=work)
        git('clone', '-q', '--bare', work, bare, where=root)
        git('config', 'http.receivepack', 'true', where=bare)
        shutil.rmtree(work)


class Git(Service):
    name = 'git'
    usual_refusal = (403, 'Forbidden', 'Permission denied')

    def __init__(self, cloud):
        super().__init__(cloud)
        self.root = os.path.join(cloud.directory, 'repos')
        self.lock = threading.Lock()
        self.running = set()
        os.makedirs(self.root, exist_ok=True)
        create(self.root)

    def operation(self, request):
        _, rest = self.locate(request.path)
        return rest.replace('/', '-') or 'unknown'

    def refuse(self, refusal):
        return Reply.text(refusal.message + '\n', refusal.status)

    def answer(self, request):
        repository, rest = self.locate(request.path)
        who = self.authenticate(request)
        self.check_access(who, repository, wanted(request, rest))
        bare = os.path.join(self.root, f'{repository}.git')
        if not os.path.isdir(bare) or '..' in repository:
            raise Refusal(404, 'NotFound', 'Repository not found.')
        return self.backend(request, f'/{repository}.git/{rest}')

    def locate(self, path):
        """('acme/web', 'info/refs') of /acme/web.git/info/refs, with or
        without .git."""
        parts = path.strip('/').split('/')
        repository = '/'.join(parts[:2]).removesuffix('.git')
        return repository, '/'.join(parts[2:])

    # who

    def challenge(self):
        return [('WWW-Authenticate', f'{scheme} realm="git"')
                for scheme in self.world['git']['challenges']]

    def authenticate(self, request):
        """{repository or owner: access} of the asker, or a 401."""
        basic = request.basic()
        token = basic[1] if basic else request.bearer()
        access = self.installation(token) or self.workspace(token, request) \
            or self.clouds(token, basic, request.host.partition(':')[0])
        if access is None:
            raise Refusal(401, 'Unauthorized', 'Authentication required',
                          self.challenge())
        return access

    def installation(self, token):
        grant = self.issued.grant(token, 'octo') if token else None
        if grant is None or grant.expires <= self.world.now():
            return None
        level = grant.extra['permissions'].get('contents', 'none')
        return {scope: level for scope in grant.scopes}

    def workspace(self, token, request):
        try:
            claims = self.cloud.verifier.verify(token) if token else None
        except BadToken:
            return None
        hosts = (self.url, f'https://{request.host}',
                 f'https://{request.host.partition(":")[0]}')
        if not claims or not set(hosts) & set(audiences(claims)):
            return None
        for subject, access in self.world['git']['subjects'].items():
            if matches(subject, claims['sub']):
                return access
        return None

    def clouds(self, token, basic, host):
        """Azure DevOps wants some user name, Google's hosts one of theirs."""
        grant = self.issued.grant(token) if token else None
        if grant is None or grant.expires <= self.world.now():
            return None
        user = basic[0] if basic else None
        if host == 'dev.azure.com':
            fits = user != '' and AZURE_DEVOPS in grant.scopes
        else:
            fits = host == 'source.developers.google.com' and \
                grant.service.startswith('gcp') and \
                (user is None or user.startswith('git-'))
        return self.world['git']['subjects'].get(grant.principal) \
            if fits else None

    def check_access(self, access, repository, level):
        """GitHub says 404 for a private repository that a token cannot see,
        so that nobody learns that it exists, and 403 for a push to one that
        it may only read."""
        owner = repository.partition('/')[0]
        given = access.get(repository, access.get(owner, 'none'))
        if given not in RANK:
            raise Refusal(404, 'NotFound', 'Repository not found.')
        if RANK[given] < RANK[level]:
            raise Refusal(403, 'Forbidden', 'Write access to repository not '
                          'granted.')

    # git

    def backend(self, request, path):
        environment = CLEAN | {
            'GIT_PROJECT_ROOT': self.root,
            'GIT_HTTP_EXPORT_ALL': '1',
            'REQUEST_METHOD': request.method,
            'PATH_INFO': path,
            'QUERY_STRING': request.raw_query,
            'CONTENT_TYPE': request.header('Content-Type', ''),
            'CONTENT_LENGTH': str(len(request.body)),
            'REMOTE_USER': 'workspace',
            'REMOTE_ADDR': '127.0.0.1',
        }
        for name, variable in (('Git-Protocol', 'GIT_PROTOCOL'),
                               ('Content-Encoding', 'HTTP_CONTENT_ENCODING')):
            if request.header(name):
                environment[variable] = request.header(name)
        return parse_cgi(self.run(environment, request.body))

    def run(self, environment, body):
        process = subprocess.Popen(
            [BACKEND], env=environment, cwd=self.root, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with self.lock:
            self.running.add(process)
        try:
            return process.communicate(body)[0]
        finally:
            with self.lock:
                self.running.discard(process)

    def close(self):
        with self.lock:
            for process in self.running:
                process.kill()


def wanted(request, rest):
    service = request.parameter('service') if rest == 'info/refs' else rest
    return NEEDS.get(service, 'read')


def parse_cgi(output):
    head, _, body = output.partition(b'\r\n\r\n')
    headers = [tuple(line.split(': ', 1))
               for line in head.decode('latin-1').split('\r\n') if ': ' in line]
    status = next((v for n, v in headers if n.lower() == 'status'), '200')
    return Reply(int(status[:3]), body,
                 [(n, v) for n, v in headers if n.lower() != 'status'])
