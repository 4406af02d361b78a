# SPDX-License-Identifier: Apache-2.0
from support.jobtokens import one_token

IDENTITY = 'vercel'
STATIC = True
HOLDS = FIRST, = ('VERCEL_OIDC_TOKEN',)
HERE = FIRST + ' is set'
JOB = {'VERCEL': '1'}
around, absent, refusals = one_token(JOB, FIRST)
