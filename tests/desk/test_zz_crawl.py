from __future__ import annotations
import re
from html import unescape
from tests.desk.chain import LOGINS
from tests.desk.conftest import *  # noqa
from tests.conftest import *  # noqa
from tests.desk.conftest import settings, village  # noqa
MINE = ("/orders","/splits","/receipts","/weigh","/shipments","/sales","/batches","/progress","/homes","/household")
def test_crawl(told, as_user):
    bad=[]
    for who in LOGINS:
        c = as_user(who); seen=set(); todo=["/"]
        while todo:
            u = todo.pop()
            if u in seen: continue
            seen.add(u)
            try:
                a = c.get(u, follow_redirects=True)
            except Exception as e:
                bad.append((who,u,repr(e)[:300])); continue
            if a.status_code!=200: bad.append((who,u,a.status_code)); continue
            if a.mimetype!="text/html": continue
            t=a.text
            if t.count("<h1")!=1: bad.append((who,u,"h1",t.count("<h1")))
            ids=re.findall(r'\bid="([^"]+)"',t)
            dup={i for i in ids if ids.count(i)>1}
            if dup: bad.append((who,u,"dup ids",dup))
            for h in re.findall(r'(?:href|hx-get)="(/[^"#]*)',t):
                h=unescape(h)
                if h.startswith(MINE): todo.append(h)
        print(who,len(seen))
    for b in bad: print(b)
    assert not bad
