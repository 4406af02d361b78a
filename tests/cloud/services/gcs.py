# SPDX-License-Identifier: Apache-2.0
"""Google Cloud Storage, for reading: by JSON API and by path."""

from urllib.parse import unquote

from parts import google
from parts.web import Refusal, Reply

READERS = {'inRole:roles/storage.objectViewer',
           'inRole:roles/storage.objectAdmin',
           'inRole:roles/storage.legacyObjectReader',
           'inRole:roles/storage.admin'}
SCOPES = {'https://www.googleapis.com/auth/' + name for name in (
    'cloud-platform', 'devstorage.read_only', 'devstorage.read_write',
    'devstorage.full_control', 'cloud-platform.read-only')}
OBJECTS = {
    'demo': {'hello.txt': b'hello from the cloud\n',
             'team/notes.txt': b'notes\n'},
    'secret': {'plan.txt': b'nobody reads this\n'},
}


class Gcs(google.GoogleService):
    name = 'gcs'

    def operation(self, request):
        media = request.parameter('alt') == 'media'
        return 'get' if media or not request.path.startswith('/storage/') \
            else 'metadata'

    def refuse(self, refusal):
        """Storage has an error form of its own."""
        reason = {401: 'authError', 403: 'forbidden', 404: 'notFound'}.get(
            refusal.status, 'backendError')
        item = {'message': refusal.message, 'domain': 'global',
                'reason': reason}
        if refusal.status == 401:
            item |= {'locationType': 'header', 'location': 'Authorization'}
        return Reply.json({'error': {'code': refusal.status,
                                     'message': refusal.message,
                                     'errors': [item]}}, refusal.status)

    def answer(self, request):
        bucket, name = locate(request.path)
        if request.method == 'GET' and request.path.endswith('/o'):
            return self.listing(request, bucket)
        if request.method != 'GET' or not name:
            raise Refusal(404, 'NOT_FOUND', 'Not Found')
        self.check(self.known(request), bucket, name)
        content = OBJECTS.get(bucket, {}).get(name)
        if content is None:
            raise Refusal(404, 'NOT_FOUND',
                          f'No such object: {bucket}/{name}')
        if self.operation(request) == 'get':
            return Reply.text(content.decode())
        return Reply.json({'kind': 'storage#object', 'bucket': bucket,
                           'name': name, 'size': str(len(content))})

    def known(self, request):
        try:
            return self.caller(request)
        except Refusal:
            raise Refusal(401, 'UNAUTHENTICATED',
                          'Invalid Credentials') from None

    def listing(self, request, bucket):
        self.check(self.known(request), bucket, '')
        return Reply.json({'kind': 'storage#objects', 'items': [
            {'kind': 'storage#object', 'bucket': bucket, 'name': name}
            for name in OBJECTS.get(bucket, ())]})

    def check(self, caller, bucket, name):
        known = self.world['gcp']['buckets'].get(bucket, {'readers': []})
        boundary = caller.extra.get('boundary')
        fits = boundary is None or any(
            at == bucket and READERS & set(roles) and name.startswith(prefix)
            for at, roles, prefix in boundary)
        if not fits or not SCOPES & set(caller.scopes) \
                or not google.is_member(caller, known['readers']):
            who = caller.principal.removeprefix('serviceAccount:')
            raise Refusal(403, 'PERMISSION_DENIED', f'{who} does not have '
                          'storage.objects.get access to the Google Cloud '
                          "Storage object. Permission 'storage.objects.get' "
                          'denied on resource (or it may not exist).')


def locate(path):
    """(bucket, object) of /storage/v1/b/B/o/O or /B/O."""
    parts = path.strip('/').split('/')
    if parts[:3] == ['storage', 'v1', 'b'] and len(parts) in (5, 6) \
            and parts[4] == 'o':
        return unquote(parts[3]), unquote(''.join(parts[5:]))
    return parts[0], unquote('/'.join(parts[1:]))
