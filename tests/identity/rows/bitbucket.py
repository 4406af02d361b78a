# SPDX-License-Identifier: Apache-2.0
from support.jobtokens import one_token

IDENTITY = 'bitbucket'
STATIC = True
HOLDS = FIRST, = ('BITBUCKET_STEP_OIDC_TOKEN',)
HERE = FIRST + ' is set'
JOB = {'BITBUCKET_BUILD_NUMBER': '7'}
around, absent, refusals = one_token(JOB, FIRST)
