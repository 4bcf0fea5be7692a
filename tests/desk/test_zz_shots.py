import threading, pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from coop.app import create_app
from coop.web.assets import ROOT
from coop.web.config import web_config
from tests.browser.chromium import find_chromium
from tests.desk import chain as story
AXE = """async () => (await axe.run()).violations.map(v => [v.impact, v.id, v.nodes.slice(0,3).map(n => n.html.slice(0,200))])"""
SMALL = """() => [...document.querySelectorAll("a:not(.skip), button, input:not([type=hidden]), select")].map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height]).filter(([, h]) => h > 0 && h < 60)"""
SMALLTEXT = """() => [...document.querySelectorAll("main *")].filter(e => [...e.childNodes].some(n => n.nodeType==3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 24 && e.getBoundingClientRect().height>1).map(e => e.outerHTML.slice(0,100))"""
def go(settings, clock, who, shots, name):
    app = create_app(settings, clock=clock, config={"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False,
      "BABEL_TRANSLATION_DIRECTORIES": web_config(settings)["BABEL_TRANSLATION_DIRECTORIES"]+";/tmp/siwei/tr"})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    t = threading.Thread(target=server.serve_forever); t.start()
    base=f"http://127.0.0.1:{server.server_port}"
    try:
        with sync_playwright() as p:
            b = p.chromium.launch(executable_path=str(find_chromium()), args=["--no-sandbox"])
            for user, paths in who.items():
                tab = b.new_context(viewport={"width":1366,"height":800}).new_page()
                tab.on("console", lambda m: print("CONSOLE", m.text) if m.type=="error" else None)
                tab.goto(base+"/login/"); tab.fill("#username",user); tab.fill("#password",story.PASSWORD); tab.click("main button[type=submit]")
                for path in paths:
                    phone = path.startswith(("/household","/weigh"))
                    for w in ((390,320) if phone else (1366,390,320)):
                        tab.set_viewport_size({"width":w,"height":900})
                        tab.goto(base+path); tab.wait_for_timeout(350)
                        sw=tab.evaluate("document.documentElement.scrollWidth")
                        if sw>w: print("WIDE",path,w,sw)
                        tab.evaluate((ROOT/"node_modules/axe-core/axe.min.js").read_text())
                        for v in tab.evaluate(AXE): print("AXE",user,path,w,v)
                        if phone and w==390:
                            for s in tab.evaluate(SMALL): print("SMALL",path,s)
                            for s in tab.evaluate(SMALLTEXT): print("TEXT",path,s)
                        if w!=320: tab.screenshot(path=f"/tmp/siwei/shots/{name}-{user}-{path.strip('/').replace('/','_') or 'home'}-{w}.png", full_page=True)
            b.close()
    finally:
        server.shutdown(); t.join(); server.server_close()
def test_told(told, settings, clock):
    c=told
    with_home=f"/household/"
    go(settings, clock, {
      "manager":["/","/orders/",f"/orders/{c.part}",f"/progress/{c.part}",f"/splits/{c.split}",f"/shipments/{c.shipment}",f"/sales/{c.sale}",f"/sales/orders/{c.part}","/batches/",f"/batches/{c.batch}","/homes/"],
      "clerk":["/receipts/",f"/receipts/{c.receipt}","/weigh/",f"/weigh/{c.shares()[1].id}"],
      "buyer":["/","/orders/new",f"/orders/{c.part}",f"/shipments/{c.shipment}"],
      "H0001":["/household/",f"/household/slips/{c.receipt}"]}, None, "told")
def test_published(chain, settings, clock):
    story.split_up(chain)
    go(settings, clock, {"clerk":[f"/splits/{chain.split}"],"H0001":["/household/"]}, None, "pub")
def test_accepted(chain, settings, clock):
    from coop.kernel.unit import unit
    from coop.kernel.actor import Role
    from coop.orders import service as orders
    from coop.splitting import service as splitting
    from coop.splitting.rules import Policy
    with unit(chain.actor(Role.manager)) as work:
        part=orders.accept(work, chain.part)
        chain.split=splitting.propose_split(work, part.lines[0].id, policy=Policy.by_capacity, lot_g=5000).id
    go(settings, clock, {"manager":[f"/splits/{chain.split}",f"/orders/{chain.part}"]}, None, "prop")
