# SPDX-License-Identifier: Apache-2.0
from support.jobtokens import some_tokens

IDENTITY = 'gitlab'
STATIC = True
HOLDS = FIRST, SECOND = (
    'GITLAB_OIDC_TOKEN', 'ID_TOKEN_2')
OWN = 'OWN_TOKEN'
HERE = FIRST + ' is set'
JOB = {'GITLAB_CI': 'true'}
around, absent, refusals = some_tokens(JOB, FIRST, SECOND, OWN, absent={
    "somebody else's token": {SECOND: 'x'}})
