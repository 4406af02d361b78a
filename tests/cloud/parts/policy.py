# SPDX-License-Identifier: Apache-2.0
"""AWS policies: the few elements that this cloud's roles need."""

import json
import re


class MalformedPolicy(Exception):
    pass


def listed(value):
    return value if isinstance(value, list) else [value]


def wild(pattern, text, flags=0):
    """* is anything, ? is one character, as in IAM."""
    parts = (('.*' if c == '*' else '.' if c == '?' else re.escape(c))
             for c in pattern)
    return re.fullmatch(''.join(parts), text, re.DOTALL | flags) is not None


OPERATORS = {
    'StringEquals': lambda wanted, got: wanted == got,
    'StringLike': wild,
    'StringNotEquals': lambda wanted, got: wanted != got,
}


def condition_holds(condition, context):
    for operator, tests in condition.items():
        compare = OPERATORS.get(operator)
        if compare is None:
            return False
        for key, wanted in tests.items():
            got = context.get(key)
            if got is None or not any(compare(w, got) for w in listed(wanted)):
                return False
    return True


def principal_fits(principal, context):
    """Trust policies alone have a Principal."""
    if principal == '*':
        return True
    return any(context.get(f'principal:{kind}') in listed(names)
               for kind, names in principal.items())


def statement_fits(statement, action, resource, context):
    if not any(wild(pattern, action, re.IGNORECASE)
               for pattern in listed(statement.get('Action', []))):
        return False
    if 'Principal' in statement:
        if not principal_fits(statement['Principal'], context):
            return False
    elif not any(wild(pattern, resource)
                 for pattern in listed(statement.get('Resource', []))):
        return False
    return condition_holds(statement.get('Condition', {}), context)


def allows(statements, action, resource='*', context=None):
    """A Deny that fits wins; else one Allow must fit."""
    verdicts = {statement['Effect'] for statement in statements
                if statement_fits(statement, action, resource, context or {})}
    return 'Deny' not in verdicts and 'Allow' in verdicts


def read(text):
    """The statements of a policy that a caller sent."""
    try:
        document = json.loads(text)
        statements = listed(document['Statement'])
        for statement in statements:
            if statement['Effect'] not in ('Allow', 'Deny'):
                raise MalformedPolicy('Effect must be Allow or Deny')
            if 'Principal' in statement:
                raise MalformedPolicy('Policy document should not specify a '
                                      'principal.')
            listed(statement['Action'])
            listed(statement['Resource'])
    except (ValueError, TypeError, KeyError) as error:
        raise MalformedPolicy('Syntax errors in policy.') from error
    if document.get('Version') not in ('2012-10-17', '2008-10-17', None):
        raise MalformedPolicy('The policy version is not valid')
    return statements
