# SPDX-License-Identifier: Apache-2.0
"""Calls a URL through Google's own auth library for Python with an id token
for an audience, as a service account that GOOGLE_APPLICATION_CREDENTIALS may
act as: ENDPOINT ACCOUNT AUDIENCE URL."""

import sys

import google.auth
from google.auth import iam, impersonated_credentials
from google.auth.transport.requests import AuthorizedSession

endpoint, account, audience, url = sys.argv[1:]
# Where the cloud is not Google's.
iam._IAM_IDTOKEN_ENDPOINT = (   # pylint: disable=protected-access
    endpoint + '/v1/projects/-/serviceAccounts/{}:generateIdToken')

scope = ['https://www.googleapis.com/auth/cloud-platform']
source, _ = google.auth.default(scopes=scope)
caller = impersonated_credentials.IDTokenCredentials(
    impersonated_credentials.Credentials(source, account, scope),
    target_audience=audience, include_email=True)
reply = AuthorizedSession(caller).get(url)
print(reply.status_code, reply.text)
