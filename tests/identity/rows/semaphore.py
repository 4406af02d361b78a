# SPDX-License-Identifier: Apache-2.0
from support.jobtokens import one_token

IDENTITY = 'semaphore'
STATIC = True
HOLDS = FIRST, = ('SEMAPHORE_OIDC_TOKEN',)
HERE = FIRST + ' is set'
JOB = {'SEMAPHORE': 'true'}
around, absent, refusals = one_token(JOB, FIRST)
