# SPDX-License-Identifier: Apache-2.0
from support.jobtokens import one_token

IDENTITY = 'spacelift'
STATIC = True
HOLDS = FIRST, = ('SPACELIFT_OIDC_TOKEN',)
HERE = FIRST + ' is set'
JOB = {'TF_VAR_spacelift_run_id': '01JX'}
around, absent, refusals = one_token(JOB, FIRST)
