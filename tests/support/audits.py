# SPDX-License-Identifier: Apache-2.0
"""Configurations with an audit."""

from . import sections
from .trail import log


def rule(name, verdict, **more):
    return sections.section('rule', name, verdict=verdict, **more)


def audit(place, *sinks, **more):
    place.make('audit')
    return sections.section(
        'audit', None, sink=[*(sinks or [f'file:{log(place)}'])], **more)


def configure(place, *more, **settings):
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.web_identity(place.rig), sections.aws(),
                    sections.git(place.rig), audit(place, **settings), *more)
