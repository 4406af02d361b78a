# SPDX-License-Identifier: Apache-2.0
"""Where the commands of a page are run: a home with the page's configuration
in it, the tools set up as the page says or by daypass setup, and every host
of the documentation on loopback."""

import os

from support.place import Done, Place

from . import configured, names
from .documented import environment, routes
from .proxy import Proxy

LIMIT = 120     # seconds for all of a page
ANY_IMAGE = '{"default": [{"type": "insecureAcceptAnything"}]}'


class Scene:
    """What most pages need; a page that needs more has a class of its own."""

    kind = Place
    sets_up = True      # by daypass setup, where the page shows no file
    needs = ()          # sections of other pages: (word, name)
    shell = ''          # before its first command
    expected = {}       # the beginning of a command: its exit code, if not 0
    prints = {}         # the beginning of a command: a pattern
    altered = {}        # the beginning of a command: what is run, {} is it

    def __init__(self, place, page, library):
        self.place = place
        self.page = page
        self.library = library
        self.rig = place.rig

    # what a page's own scene says

    def uses(self, block):
        """Is this of its configuration? Else it is an example beside it."""
        return configured.file_of(block) == 'daypass'

    def words(self):
        """What stands for what, beside names.WORDS."""
        return {}

    def variables(self):
        return {}

    def before(self):
        """The session has begun; the page's first command comes next."""

    def after(self):
        """All of them are done."""

    # the places around it

    def environment(self, proxy):
        return {**environment(self.rig, proxy),
                'GIT_CONFIG_SYSTEM': self.place.path('gitconfig'),
                **self.variables()}

    # its configuration

    def replaced(self, text):
        return names.replaced(self.place, text, self.words())

    def configuration(self):
        text = configured.whole(
            [block for block in self.page.of('ini')
             if self.uses(block)], self.library)
        wanted = dict(configured.sections(text))
        wanted.update({head: self.library[head] for head in self.needs
                       if head not in wanted})
        configured.complete(wanted, [self.library])
        return self.replaced(configured.text_of(wanted))

    def write_files(self):
        """The files of other programs that the page shows whole; were there
        any of the tools'?"""
        found = False
        for block in self.page.of('ini', 'json'):
            path = block.file
            if not path or path.endswith('.config/daypass/config'):
                continue
            if path.startswith('~/'):
                found = True
                self.place.write('home/' + path[2:], self.replaced(block.text))
            else:
                path = self.replaced(path)
                assert path.startswith(self.place.directory), path
                self.place.write(path, self.replaced(block.text))
        return found

    def prepare(self):
        place = self.place
        names.populate(self.rig)
        place.write(place.config, self.configuration())
        place.write('home/.config/containers/policy.json', ANY_IMAGE)
        place.write('home/.aws/config', '[default]\nregion = eu-west-1\n')
        place.make('home', 'work')
        for key, value in (('user.name', 'Ada'),
                           ('user.email', 'ada@acme.example')):
            place.run('git', 'config', '--global', key, value)
        if not self.write_files() and self.sets_up:
            place.daypass('setup', 'all')

    # its commands

    def perform(self, commands):
        """What came of each, in one shell, and who was asked that is not
        here."""
        place = self.place
        with Proxy(routes(self.rig)) as ours, \
                Proxy(routes(self.rig, names.REGISTRIES)) as theirs:
            place.env.update(self.environment(theirs))
            self.prepare()
            # Behind some hosts are two services: the agent's and the tool's.
            place.daypass('begin', env=self.environment(ours))
            self.before()
            done = self.shell_runs([self.text(command)
                                    for command in commands])
            self.after()
            return done, ours.strangers | theirs.strangers

    def text(self, command):
        instead = self.of(command, self.altered, '{}')
        return self.replaced(instead.replace('{}', command.text))

    def shown(self, output):
        """What the page shows, as it has to be here."""
        return output

    @staticmethod
    def of(command, table, default=None):
        """What a table has for the beginning of a command."""
        return next((value for start, value in table.items()
                     if command.text.startswith(start)), default)

    def shell_runs(self, texts):
        results = self.place.make('results')
        script = 'set -o pipefail\ncd work\n' + self.replaced(self.shell)
        for number, text in enumerate(texts):
            at = f'"$RESULTS"/{number}'
            script += (f'\n{{ {text}\n}} >{at}.out 2>{at}.err </dev/null\n'
                       f'echo $? >{at}.code\n')
        path = self.place.write('script', script)
        said = self.place.run('bash', path, limit=LIMIT,
                              env={'RESULTS': results})
        return [result(results, number) or said
                for number in range(len(texts))]


def result(results, number):
    """None where the shell did not come that far."""
    texts = []
    for end in ('code', 'out', 'err'):
        path = os.path.join(results, f'{number}.{end}')
        if not os.path.exists(path):
            return None
        with open(path, encoding='utf-8', errors='replace') as source:
            texts.append(source.read())
    return Done(int(texts[0]), *texts[1:])
