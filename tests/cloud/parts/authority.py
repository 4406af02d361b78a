# SPDX-License-Identifier: Apache-2.0
"""The run's certificate authority. Its key never leaves this process."""

import datetime
import ipaddress
import os
import shutil
import ssl
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
NAMES = ('localhost', '*.rig.test', '*.amazonaws.com',
         '*.us-east-1.amazonaws.com', '*.ecr.us-east-1.amazonaws.com',
         '*.ecr-fips.us-east-1.amazonaws.com', '*.us-east-1.api.aws',
         '*.ecr-public.us-east-1.amazonaws.com', 'public.ecr.aws',
         '*.dkr-ecr.us-east-1.on.aws',
         '*.dkr.ecr.us-east-1.amazonaws.com',
         '*.eu-west-1.amazonaws.com', '*.dkr.ecr.eu-west-1.amazonaws.com',
         '*.ecr.eu-west-1.amazonaws.com',
         '*.googleapis.com', 'source.developers.google.com',
         'login.microsoftonline.com', '*.azurecr.io', 'dev.azure.com',
         '*.run.app', '*.a.run.app', '*.cloudfunctions.net',
         '*.pkg.dev', 'octo-sts.dev', 'github.com',
         '*.github.com', 'quay.io', 'identity.docker.com',
         # what the documentation calls its own
         '*.acme.io', '*.jfrog.io', '*.example.com', '*.docker.io', 'dhi.io',
         '*.s3.amazonaws.com', '*.s3.eu-west-1.amazonaws.com')
ADDRESSES = ('127.0.0.1', '::1')
LIFE = datetime.timedelta(days=30)
# A test may set the clock back by a little.
PAST = datetime.timedelta(days=2)


def program(name):
    """Its absolute path: the PATH that we are given may be a small one."""
    path = '/usr/bin:/bin:' + os.environ.get('PATH', '')
    return shutil.which(name, path=path) or name


def rsa_key():
    return rsa.generate_private_key(65537, 2048)


def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def named(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def draft(subject, issuer, public_key, life=LIFE):
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder()
            .subject_name(subject).issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - PAST).not_valid_after(now + life))


def usage(*wanted):
    kinds = ('digital_signature', 'content_commitment', 'key_encipherment',
             'data_encipherment', 'key_agreement', 'key_cert_sign',
             'crl_sign', 'encipher_only', 'decipher_only')
    return x509.KeyUsage(**{kind: kind in wanted for kind in kinds})


def self_signed(common_name, key):
    name = named(common_name)
    return draft(name, name, key.public_key()).sign(key, hashes.SHA256())


class Authority:
    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, 0o700, exist_ok=True)
        self.key = ec_key()
        self.name = named('daypass loopback authority')
        identifier = x509.SubjectKeyIdentifier.from_public_key(
            self.key.public_key())
        self.certificate = (
            draft(self.name, self.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(usage('key_cert_sign', 'crl_sign'), True)
            .add_extension(identifier, False)
            .sign(self.key, hashes.SHA256()))

    def issue(self, common_name, public_key, *extensions, life=LIFE):
        builder = draft(named(common_name), self.name, public_key, life)
        builder = builder.add_extension(usage('digital_signature'), True)
        for extension in extensions:
            builder = builder.add_extension(extension, False)
        return builder.sign(self.key, hashes.SHA256())

    def issue_server(self, file='server', names=NAMES, life=LIFE):
        """FILE.crt, FILE.key, FILE-chain.crt; P-256, for speed."""
        key = ec_key()
        alternatives = [x509.DNSName(name) for name in names]
        if names is NAMES:
            alternatives += [x509.IPAddress(ipaddress.ip_address(a))
                             for a in ADDRESSES]
        certificate = self.issue(
            names[0], key.public_key(),
            x509.SubjectAlternativeName(alternatives),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
            life=life)
        self.write(f'{file}.crt', pem(certificate))
        self.write(f'{file}.key', private_pem(key), 0o600)
        self.write(f'{file}-chain.crt',
                   pem(certificate) + pem(self.certificate))

    def tls(self, file='server'):
        """What a server needs to show that certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.path(f'{file}-chain.crt'),
                                self.path(f'{file}.key'))
        return context

    def write(self, name, content, mode=0o644):
        path = os.path.join(self.directory, name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, 'wb') as out:
            out.write(content)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write_roots(self):
        """ca.crt, bundle.crt, and hashed/ as c_rehash makes it."""
        ours = pem(self.certificate)
        self.write('ca.crt', ours)
        system = b''
        if os.path.exists(SYSTEM_BUNDLE):
            with open(SYSTEM_BUNDLE, 'rb') as bundle:
                system = bundle.read()
        self.write('bundle.crt', system + ours)
        hashed = self.path('hashed')
        os.makedirs(hashed, exist_ok=True)
        self.write('hashed/ca.pem', ours)
        name = subprocess.run(
            [program('openssl'), 'x509', '-in', self.path('ca.crt'), '-noout',
             '-subject_hash'], check=True, capture_output=True, text=True,
            stdin=subprocess.DEVNULL).stdout.strip()
        link = os.path.join(hashed, f'{name}.0')
        if not os.path.lexists(link):
            os.symlink('ca.pem', link)
