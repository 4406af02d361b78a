# SPDX-License-Identifier: Apache-2.0
"""The pages whose commands need more around them than most."""

import os
import re
import shutil

from support.ordinary import Ordinary
from support.place import SOURCE
from support.tap import equal

from . import configured
from .platforms import Identity, Jobs, Login, Pod
from .scene import Scene

FUNCTION = ('function', 'https://hello-abc-ew.a.run.app')


class Audit(Scene):
    """Records that were written before, in three files."""

    needs = (('git', 'https://github.com/acme'),)

    def words(self):
        path = self.place.path('var/log/daypass/audit')
        found = {'    sink = nats://nats.acme.io/acme.audit\n': ''}
        if os.path.exists(path):
            said = self.place.daypass('audit', 'verify', path).out
            found['3f0c…'] = re.search('[0-9a-f]{64}', said)[0]
        return found

    def prepare(self):
        self.place.make('var/log/daypass')
        super().prepare()

    def before(self):
        place = self.place
        for name in ('github', 'nosuch', 'id-token', 'github'):
            place.daypass('token', name)
        path = place.path('var/log/daypass/audit')
        with open(path, encoding='utf-8') as source:
            lines = source.readlines()
        directory = place.make('rotated')
        for name, part in (('audit.2', lines[:1]), ('audit.1', lines[1:2]),
                           ('audit', lines[2:])):
            place.write(os.path.join(directory, name), ''.join(part))
        verify, = self.page.of('python')
        place.write(os.path.join(directory, 'verify.py'), verify.text)

    altered = {'cat audit.2': 'cd ../../rotated; {}'}
    prints = {'cat audit.2': r'^\d+ records, head [0-9a-f]{64}$'}


class TokenExchange(Scene):
    def uses(self, block):
        """Keycloak's own parameters are an example."""
        return super().uses(block) and 'subject_issuer' not in block.text


class ByHand(Scene):
    """The page's own commands set the tool up."""

    sets_up = False


class Commands(Scene):
    kind = Ordinary
    needs = (FUNCTION, ('git', 'https://github.com/acme'))

    def before(self):
        self.place.write('bin/claude', '#!/bin/sh\nexit 0\n', 0o755)


AGENT = '''\
#!/bin/sh
git clone -q https://github.com/acme/web && cd web || exit
for turn in 1 2; do
	echo "$turn" >>README
	git commit -q -a -m "$turn" && git push -q origin main || exit
done
'''
PENDING = '''\
pending() {
	for _ in $(seq 300); do
		if daypass approvals --json | grep -o \\
		    '"id":"[a-z0-9]*","state":"pending"' | cut -d'"' -f4 |
		    grep .; then
			return
		fi
		sleep 0.1
	done
	return 1
}
'''


class Agents(Scene):
    """A stand-in for the agent pushes twice: what it may, and what not."""

    kind = Ordinary
    shell = PENDING
    altered = {
        'daypass run': '{} & pending',
        'daypass approvals --follow':
            'timeout 1 {}; [ $? = 124 ]',
        'daypass deny': '{}; wait %1; [ $? = 128 ]',
    }

    def words(self):
        return {'k7mq': '"$(pending)"'}

    def before(self):
        self.place.write('bin/claude', AGENT, 0o755)


class Functions(Scene):
    shell = ('url=https://hello-abc-ew.a.run.app\n'
             'some-client() { grep -q "^Authorization: Bearer ey"; }\n')


class Setup(Scene):
    needs = (('git', 'https://github.com/acme'), ('aws', 'default'),
             ('docker', '*.dkr.ecr.eu-west-1.amazonaws.com'),
             ('credential', 'gcp-ci'))


class Containers(Scene):
    def after(self):
        """An ordinary user's podman leaves a process that keeps namespaces."""
        if os.getuid() != 0 and shutil.which('podman'):
            self.place.run('podman', 'system', 'migrate')


class Downscope(Scene):
    prints = {'printf': '"code": 403'}

    def before(self):
        text = re.search(r'boundary = "(.*)"', self.configuration())[1]
        self.place.write('home/work/boundary.json', text.replace('\\"', '"'))


class Cloud(Scene):
    """tests/cloud by itself; who reads its output has ended when it has."""

    sets_up = False
    prints = {'PATH=$CLOUD_BIN': '^ey', 'curl $CLOUD_CONTROL/log': '"service"',
              'curl $CLOUD_CONTROL/state': '"roles"'}

    def words(self):
        return {'DIR': self.place.path('cloud'),
                'tests/cloud/cloud.py': os.path.join(
                    SOURCE, 'tests', 'cloud', 'cloud.py')}


class Readme(Scene):
    """A newcomer: there is no configuration yet."""

    sets_up = False

    def configuration(self):
        return ''

    def after(self):
        """What init wrote is what the page shows of it."""
        with open(self.place.config, encoding='utf-8') as source:
            written = dict(configured.sections(source.read()))
        block, = self.page.of('ini')
        for head, lines in configured.sections(block.text):
            equal([line.strip() for line in written.get(head, ())],
                  [line.strip() for line in lines],
                  f'{block.name}: init wrote {lines[0]}')


SCENES = {
    'README.md': Readme,
    'tests/cloud/README.md': Cloud,
    'docs/audit.md': Audit,
    'docs/commands.md': Commands,
    'docs/man/daypass.1': Commands,
    'docs/howto-agents.md': Agents,
    'docs/howto-ci.md': Jobs,
    'docs/howto-docker.md': Containers,
    'docs/howto-functions.md': Functions,
    'docs/howto-kubernetes.md': Pod,
    'docs/howto-setup.md': Setup,
    'docs/exchanges/aws-codecommit.md': ByHand,
    'docs/exchanges/token-exchange.md': TokenExchange,
    'docs/exchanges/gcp-downscope.md': Downscope,
    'docs/identities/login.md': Login,
}


def of(page):
    if page.path in SCENES:
        return SCENES[page.path]
    return Identity if page.path.startswith('docs/identities/') else Scene
