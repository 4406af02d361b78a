# SPDX-License-Identifier: Apache-2.0
"""surfer.py CA URL: a person at a browser who fills in every form that is put
before them and presses the first button, until there is none. Prints the last
page."""

import http.cookiejar
import ssl
import sys
import urllib.parse
import urllib.request
from html.parser import HTMLParser

FORMS = 12
FILLED = {'login': 'ada', 'password': 'any'}


class Form(HTMLParser):
    """The first form of a page."""

    def __init__(self, text):
        super().__init__()
        self.action = None
        self.fields = {}
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == 'form' and self.action is None:
            self.action = values.get('action', '')
            self.inside = True
        elif tag in ('input', 'button') and self.inside and \
                values.get('name') and values.get('name') != 'abort':
            name = values['name']
            self.fields[name] = values.get('value') or FILLED.get(name, '')

    def handle_endtag(self, tag):
        if tag == 'form':
            self.inside = False


def surf(authority, url):
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        urllib.request.HTTPSHandler(
            context=ssl.create_default_context(cafile=authority)))
    data = None
    for _ in range(FORMS):
        with opener.open(url, data, 20) as reply:
            text = reply.read().decode()
            url = reply.geturl()
        form = Form(text)
        if form.action is None:
            return text
        url = urllib.parse.urljoin(url, form.action)
        data = urllib.parse.urlencode(form.fields).encode()
    return text


if __name__ == '__main__':
    print(surf(*sys.argv[1:]))
