# SPDX-License-Identifier: Apache-2.0
"""Rows of identities whose platform puts a job's token into variables: where
they are, where they are not, and who refuses."""

from .identities import AUDIENCE, Refusal


def one_token(job, name):
    """Of a job that these variables tell, with its token in that one."""
    def around(place):
        return {**job, name: place.rig.token(AUDIENCE)}

    def absent(place):
        return {'no job': {}, 'a job without a token': job}

    def refusals(place):
        yield Refusal('no job', env={})
        yield Refusal('a job without a token', env=job)
        yield Refusal('another audience', env={
            **job, name: place.rig.token('x.example')})
        yield Refusal('expired', env={
            **job, name: place.rig.token(AUDIENCE, ttl=-9)})
        yield Refusal('no JWT', env={**job, name: 'opaque'})

    return around, absent, refusals


def some_tokens(job, first, second, own, absent=None):
    """The same, where there may be a token for each audience, in variables of
    these names or of the user's own."""
    around, nowhere, usual = one_token(job, first)

    def all_absent(place):
        return {**nowhere(place), **(absent or {})}

    def refusals(place):
        other, another = map(place.rig.token, ('x.example', 'y.example'))
        for refusal in usual(place):
            yield refusal
            if refusal.name == 'another audience':
                yield Refusal('two other audiences', env={
                    **job, first: other, second: another})
        yield Refusal('names of its own, not set', env=job, settings={
            'variable': [own + '_1', own + '_2']})
        yield Refusal('a name of its own, another audience', settings={
            'variable': own}, env={**around(place), own: other})

    return around, all_absent, refusals
