# SPDX-License-Identifier: Apache-2.0
"""One cloud, and the clients that it is asked with."""

import json
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
TYPE = 'urn:ietf:params:oauth:token-type:'
SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
LIMIT = 20      # seconds for one command


class Skip(Exception):
    pass


class Rig:
    """One cloud, run as the program that it is, and our ways to ask it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='cloud-')
        self.process = subprocess.Popen(
            ['/usr/bin/python3', os.path.join(HERE, 'cloud.py'), '--dir',
             self.directory, '--until-eof'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == 'ready\n'
        with open(self.path('cloud.json'), encoding='utf-8') as settings:
            self.settings = json.load(settings)
        self.tls = ssl.create_default_context(cafile=self['ca'])

    def __getitem__(self, name):
        return self.settings[name]

    def path(self, name):
        return os.path.join(self.directory, name)

    def close(self):
        self.process.stdin.close()
        self.process.wait(LIMIT)
        self.process.stdout.close()
        shutil.rmtree(self.directory)

    def ask(self, url, data=None, method=None, **headers):
        """(status, body, headers); underscores in names become dashes."""
        headers = {n.replace('_', '-'): v for n, v in headers.items()}
        if isinstance(data, (list, dict)):
            data = urlencode(data, doseq=True)
        request = urllib.request.Request(
            url, data.encode() if data is not None else None, headers,
            method=method)
        handler = urllib.request.HTTPSHandler(context=self.tls)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), handler, NoRedirect())
        try:
            with opener.open(request, timeout=LIMIT) as reply:
                return reply.status, reply.read().decode(), reply.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    def json(self, url, data=None, method=None, **headers):
        status, body, _ = self.ask(url, data, method, **headers)
        return status, json.loads(body) if body else None

    def control(self, path, value=None, method=None):
        data = None if value is None else json.dumps(value)
        return self.json(self['control'] + path, data, method,
                         Content_Type='application/json')[1]

    def fault(self, service, mode, **more):
        assert self.control('/fault', {'service': service, 'mode': mode,
                                       **more}) is None

    def token(self, *audiences, program='ona', **more):
        arguments = [part for a in audiences for part in ('--audience', a)]
        return self.run([os.path.join(self['bin'], program), 'idp', 'token',
                         *arguments], **more).stdout.strip()

    def run(self, command, check=True, **more):
        environment = clean_environment(self) | more.pop('env', {})
        done = subprocess.run(command, env=environment, timeout=LIMIT,
                              capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, **more)
        if check and done.returncode:
            raise AssertionError(f'{command[0]}: {done.stderr[-400:]}')
        return done

    def web_identity(self, role=None, token=None, **more):
        return self.ask(self['sts'] + '/', {
            'Action': 'AssumeRoleWithWebIdentity', 'Version': '2011-06-15',
            'RoleArn': role or self['role'], 'RoleSessionName': 'ws-1',
            'WebIdentityToken': token or self.token('sts.amazonaws.com'),
            **more})

    def aws(self, role=None, **more):
        """An AWS session as botocore wants it."""
        status, body, _ = self.web_identity(role, **more)
        assert status == 200, body
        return session_of(body)

    def federated(self, scope=SCOPE):
        status, reply = self.json(self['gcp_sts'] + '/v1/token', {
            'grant_type': EXCHANGE, 'audience': self['gcp_audience'],
            'scope': scope, 'requested_token_type': TYPE + 'access_token',
            'subject_token_type': TYPE + 'jwt',
            'subject_token': self.token('https:' + self['gcp_audience'])})
        assert status == 200, reply
        return reply['access_token']

    def octo(self, scope='acme/web', identity='daypass',
             audience='octo-sts.dev', **more):
        return self.json(
            f'{self["octo"]}/sts/exchange?scope={quote(scope, safe="")}'
            f'&identity={identity}', method='POST', data='',
            Authorization='Bearer ' + self.token(audience), **more)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def clean_environment(rig):
    kept = {n: os.environ[n] for n in ('PATH', 'LANG', 'TMPDIR')
            if n in os.environ}
    return kept | {
        'HOME': rig.directory, 'AWS_CA_BUNDLE': rig['ca'],
        'AWS_DEFAULT_REGION': 'us-east-1', 'AWS_EC2_METADATA_DISABLED': 'true',
        'AWS_CONFIG_FILE': '/dev/null',
        'AWS_SHARED_CREDENTIALS_FILE': '/dev/null',
        'SSL_CERT_FILE': rig['bundle'], 'GIT_SSL_CAINFO': rig['ca'],
        'GIT_CONFIG_NOSYSTEM': '1', 'GIT_TERMINAL_PROMPT': '0',
        'GIT_AUTHOR_NAME': 'Ada', 'GIT_AUTHOR_EMAIL': 'ada@acme.example',
        'GIT_COMMITTER_NAME': 'Ada', 'GIT_COMMITTER_EMAIL': 'a@acme.example',
    }


def session_of(xml):
    from xml.etree import ElementTree
    space = '{https://sts.amazonaws.com/doc/2011-06-15/}'
    found = ElementTree.fromstring(xml).iter(space + 'Credentials')
    values = {e.tag.removeprefix(space): e.text for e in next(found)}
    return {'aws_access_key_id': values['AccessKeyId'],
            'aws_secret_access_key': values['SecretAccessKey'],
            'aws_session_token': values['SessionToken']}


def boto(rig, name, session, service=None):
    """A client of Debian's botocore, if it is there."""
    try:
        import boto3
    except ImportError:
        raise Skip('python3-boto3 is not installed') from None
    return boto3.client(name, endpoint_url=rig[service or name],
                        region_name='us-east-1', verify=rig['ca'], **session)


def refused(call, *arguments, **more):
    """The error code and status of a call that botocore must not get."""
    try:
        call(*arguments, **more)
    except Exception as error:      # botocore may be absent: no class to name
        reply = error.response
        return reply['Error']['Code'], \
            reply['ResponseMetadata']['HTTPStatusCode']
    raise AssertionError('it was not refused')


def needs(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f'{program} is not installed')


def error_code(reply):
    status, body, _ = reply
    return status, re.search('<Code>(.*?)</Code>', body)[1]


def equal(got, wanted):
    assert got == wanted, f'got {got!r}, wanted {wanted!r}'


TESTS = []


def test(text):
    return lambda function: TESTS.append((text, function))
