# SPDX-License-Identifier: Apache-2.0
from support.jobtokens import some_tokens

IDENTITY = 'terraform-cloud'
STATIC = True
HOLDS = FIRST, SECOND = (
    'TFC_WORKLOAD_IDENTITY_TOKEN', 'TFC_WORKLOAD_IDENTITY_TOKEN_AWS')
OWN = 'TFC_WORKLOAD_IDENTITY_TOKEN_OWN'
HERE = FIRST + ' is set'
JOB = {'TFC_RUN_ID': 'run-7f3'}
around, absent, refusals = some_tokens(JOB, FIRST, SECOND, OWN)
