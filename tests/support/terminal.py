# SPDX-License-Identifier: Apache-2.0
"""An interactive shell at a terminal, typed into as a person would."""

import os
import pty
import select
import signal
import time

from .tap import note


class Shell:
    """bash with job control. What it says is kept; see() waits for the next
    of something in it."""

    def __init__(self, place):
        self.seen = b''
        self.at = 0
        command = (*place.become(), '/bin/bash', '--norc', '--noprofile',
                   '-i')
        environment = place.environment({'PS1': '$ ', 'TERM': 'dumb',
                                         'HISTFILE': None})
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if os.getuid() == 0:
                os.chown(os.ttyname(0), place.uid, place.uid)
            os.chdir(place.home)
            os.execvpe(command[0], command, environment)
        self.prompt()

    def type(self, text):
        os.write(self.fd, text.encode())

    def say(self, line):
        self.type(line + '\n')
        self.see('\n')      # the echo

    def see(self, text, seconds=15):
        deadline = time.monotonic() + seconds
        while (found := self.seen.find(text.encode(), self.at)) == -1:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                note(f'waited for {text!r} in vain: {self.seen!r}')
                return False
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError:
                return False
        self.at = found + len(text)
        return True

    def prompt(self):
        """What is typed while the shell takes the terminal back from a job
        is lost now and then, whatever the job was."""
        self.see('$ ')
        time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)       # hangs up
        time.sleep(0.05)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
