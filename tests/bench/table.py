# SPDX-License-Identifier: Apache-2.0
"""Tables in Markdown."""


def heading(text):
    print(f'\n### {text}\n', flush=True)


def say(text):
    print(f'\n{text}', flush=True)


def show(heads, rows):
    """The first column is text, the others are numbers."""
    print(f'| {" | ".join(heads)} |')
    print(f'| --- |{" ---: |" * (len(heads) - 1)}')
    for row in rows:
        print(f'| {" | ".join(row)} |', flush=True)


def us(time):
    return f'{time:.0f}'


def ms(time):
    """Of a time in microseconds."""
    return f'{time / 1000:.1f}'


def ratio(time, base):
    return f'{time / base:.2f}'


def count(number):
    """12 345; nothing where it could not be found."""
    return '' if number is None else f'{number:,}'.replace(',', ' ')
