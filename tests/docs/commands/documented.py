# SPDX-License-Identifier: Apache-2.0
"""The cloud of the documentation: tests/cloud, and an API of somebody's own
that takes the tokens which were minted there."""

import subprocess

from support import processes, registry
from support.rig import Cloud, Door
from parts.server import listen_tcp
from parts.web import Refusal, Reply, Service

from . import names


class Api(Service):
    name = 'api'

    def operation(self, request):
        return 'call'

    def refuse(self, refusal):
        return Reply.json({'error': refusal.message}, refusal.status)

    def answer(self, request):
        token = request.bearer()
        if token is None or self.issued.grant(token) is None:
            raise Refusal(401, 'Unauthorized', 'whose token is that?')
        return Reply.json({'hello': 'Ada'})


class Documented(Cloud):
    has_images = False

    def open_doors(self):
        super().open_doors()
        tls = next(door.tls for door in self.server.doors if door.tls)
        self.listeners['api'] = listen_tcp()
        self.server.add(Door(self.listeners['api'], Api(self), tls))


def routes(rig, registries=()):
    """A host's name: the port that stands for its 443. What is named as a
    registry is one, whatever else there is under that name."""
    ports = rig.cloud.listeners
    found = {host: ports[service].getsockname()[1]
             for host, service in names.HOSTS.items()}
    port = int(rig['registry'].partition(':')[2])
    return {**found, **{host: port for host in registries}}


def environment(rig, proxy):
    """What leads every tool there, and has it trust the cloud's CA."""
    bundle, here = rig['bundle'], 'localhost,127.0.0.1'
    return {
        'https_proxy': proxy.url, 'HTTPS_PROXY': proxy.url,
        'no_proxy': here, 'NO_PROXY': here,
        'SSL_CERT_FILE': bundle, 'CURL_CA_BUNDLE': bundle,
        'GIT_SSL_CAINFO': bundle, 'AWS_CA_BUNDLE': bundle,
        'GIT_TERMINAL_PROMPT': '0', 'AWS_PAGER': '',
        'AWS_EC2_METADATA_DISABLED': 'true', 'NO_GCE_CHECK': 'true',
        'GOOGLE_CLOUD_PROJECT': 'acme',
        'CLOUDSDK_CORE_DISABLE_PROMPTS': '1',
        'CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE': bundle}


class Registry(registry.Registry):
    """With the images that the documentation names in it."""

    def __init__(self, place):
        registry.need('docker-registry', 'skopeo', 'umoci')
        if not place.rig.cloud.has_images:
            put_images(place)
            place.rig.cloud.has_images = True
        super().__init__(place)


def put_images(place):
    """By a registry of the same storage that asks nobody's name."""
    with open(place.rig['registry_config'], encoding='utf-8') as source:
        text = source.read().partition('\nauth:')[0]
    path = place.write('open-registry.yml', text + '\n')
    program, skopeo = registry.need('docker-registry', 'skopeo')
    image = registry.image(place)
    with subprocess.Popen([program, 'serve', path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL,
                          env={'PATH': '/usr/bin:/bin'}) as process:
        try:
            port = int(place.rig['registry'].partition(':')[2])
            assert processes.wait_for(lambda: registry.answers(port), 30)
            for name in names.IMAGES:
                done = place.run(
                    skopeo, '--insecure-policy', 'copy', '-f', 'v2s2',
                    '--dest-tls-verify=false', image,
                    f'docker://localhost:{port}/{name}:latest')
                assert done.code == 0, done
        finally:
            process.kill()
