"""Who is answered what: every route of docs/openapi.yaml and every page, as everyone who might ask.

Each line of a table is a route, the answer of those who may have it, and a mark for each caller. A POST is sent without
what it needs, or for something that is not there, so that it changes nothing: who may send it is told what is lacking
(422, 428, 404), who may not is refused.
"""

import re

import stack

STREET, ELSEWHERE = "440306017", "440306018"
# A case in the street, led by the department; another one elsewhere, of another department.
LEAD, OTHER = "CGJ", "HSJ"

# Name → user, key of a source, or nobody.
CALLERS = {
    "officer": {"user": f"officer@{STREET}"},
    "handler": {"user": f"handler@{LEAD}"},
    "dispatcher": {"user": "dispatcher@440306"},
    "supervisor": {"user": "supervisor@440306"},
    "hotline": {"user": "hotline@440306"},
    "inspector": {"user": "inspector@440306"},
    "auditor": {"user": "auditor@440306"},
    "admin": {"user": "admin@440306"},
    "the head of another street": {"user": f"supervisor@{ELSEWHERE}"},
    "a handler of another department": {"user": f"handler@{OTHER}"},
    "a machine": {"source": "camera"},
    "nobody": {},
}

# The marks stand in the order of the callers, by threes: officer, handler, dispatcher; supervisor, hotline, inspector;
# auditor, admin, another street; another department, a machine, nobody. They say:
#   +  the answer in front   -  403   .  404: for them there is no such thing   ?  401, or to the sign-in
INTERFACE = """
POST   /v1/reports                                         422  + + +   + + -   - - +   + + ?
GET    /v1/reports                                         422  + + +   + + -   - - +   + + ?
POST   /v1/reports/bulk                                    415  + + +   + + -   - - +   + + ?
GET    /v1/locate                                          422  + + +   + + -   - - +   + + ?
POST   /v1/attachments                                     415  + + +   + + -   - - +   + + ?
GET    /open311/v2/discovery.{format}                      200  + + +   + + +   + + +   + + +
GET    /open311/v2/services.{format}                       200  + + +   + + +   + + +   + + +
GET    /open311/v2/services/{service_code}.{format}        200  + + +   + + +   + + +   + + +
GET    /open311/v2/requests.{format}                       200  + + +   + + +   + + +   + + +
POST   /open311/v2/requests.{format}                       400  + + +   + + +   + + +   + + +
GET    /open311/v2/requests/{service_request_id}.{format}  200  + + +   + + +   + + +   + + +
GET    /open311/v2/tokens/{token}.{format}                 404  + + +   + + -   - - +   + + +
GET    /open311/v2/servicerequestupdates.{format}          200  + + +   + + +   + + +   + + +
POST   /open311/v2/servicerequestupdates.{format}          400  + + +   + + +   + + +   + + +
POST   /v1/sessions                                        422  + + +   + + +   + + +   + + +
DELETE /v1/sessions                                        204  + + +   + + +   + + +   + 409 ?
GET    /v1/sessions/me                                     200  + + +   + + +   + + +   + + ?
GET    /v1/cases                                           200  + + +   + + +   + + +   + + ?
GET    /v1/cases/points                                    200  + + +   + + +   + + +   + + ?
POST   /v1/cases/preview                                   422  + + +   + + +   + + +   + + ?
GET    /v1/cases/{id}                                      200  + + +   + + +   + + .   . . ?
GET    /v1/cases/{id}/events                               200  + + +   + + +   + + .   . . ?
GET    /v1/cases/{id}/proof                                200  + + +   + + +   + + .   . . ?
GET    /v1/cases/{id}/photos/{photo}                       200  + + +   + + +   + + .   . . ?
POST   /v1/cases/{id}/actions                              412  + + +   + + +   + + .   . . ?
GET    /v1/tasks                                           200  + - +   + + -   - - +   - - ?
POST   /v1/tasks/{id}/actions                              404  + + +   + + +   + + +   + + ?
GET    /v1/inbox                                           200  + + +   + + +   + + +   + + ?
POST   /v1/inbox/{id}/actions                              422  + + +   + + +   + + +   + + ?
GET    /v1/roster                                          200  + + +   + + +   + + +   + - ?
POST   /v1/roster                                          422  + + +   + + +   + + +   + - ?
GET    /v1/roster/now                                      200  + + +   + + +   + + +   + - ?
GET    /v1/roster/patterns                                 200  + + +   + + +   + + +   + - ?
POST   /v1/roster/patterns                                 422  + + +   + + +   + + +   + - ?
GET    /v1/roster/gaps                                     200  + + +   + + +   + + +   + - ?
DELETE /v1/roster/{id}                                     404  + + +   + + +   + + +   + - ?
GET    /v1/suppressions                                    200  + + +   + + +   + + +   + + ?
POST   /v1/suppressions                                    422  - - +   + - -   - - +   - - ?
GET    /v1/suppressions/{id}                               404  + + +   + + +   + + +   + + ?
DELETE /v1/suppressions/{id}                               404  - - +   + - -   - - +   - - ?
GET    /v1/grid-changes                                    200  + + +   + + +   + + +   + + ?
POST   /v1/grid-changes                                    422  + + +   + + +   + + +   + + ?
GET    /v1/grid-changes/{id}                               404  + + +   + + +   + + +   + + ?
POST   /v1/grid-changes/{id}/actions                       422  + + +   + + +   + + +   + + ?
GET    /v1/accountability                                  200  - + +   + - +   + + +   + - ?
GET    /v1/accountability/export.csv                       200  - + +   + - +   + + +   + - ?
GET    /v1/accountability/summary                          200  - + +   + - +   + + +   + - ?
GET    /v1/accountability/self-checks                      200  - - -   - - +   + + -   - - ?
GET    /v1/accountability/{id}                             200  - + +   + - +   + + .   . - ?
POST   /v1/accountability/{id}/actions                     412  - + +   + - +   + + .   . - ?
GET    /v1/stats/indicators                                200  + + +   + + -   + + +   + - ?
GET    /v1/stats/indicators.csv                            200  + + +   + + -   + + +   + - ?
GET    /v1/stats/trend                                     200  + + +   + + -   + + +   + - ?
GET    /v1/stats/hotspots                                  200  + + +   + + -   + + +   + - ?
GET    /v1/stats/repeats                                   200  - - +   + + -   + + +   - - ?
GET    /v1/stats/assessments/{period}                      200  + + +   + + -   + + +   + - ?
GET    /v1/reports/weekly/{file}                           200  + + +   + + -   + + +   + - ?
GET    /v1/users                                           200  - - -   - - -   - + -   - - ?
POST   /v1/users                                           422  - - -   - - -   - + -   - - ?
POST   /v1/users/{name}/actions                            404  - - -   - - -   - + -   - - ?
GET    /v1/keys                                            200  - - -   - - -   - + -   - - ?
POST   /v1/keys                                            422  - - -   - - -   - + -   - - ?
POST   /v1/keys/{id}/actions                               404  - - -   - - -   - + -   - - ?
DELETE /v1/keys/{id}                                       404  - - -   - - -   - + -   - - ?
GET    /v1/services                                        200  - - -   - - -   - + -   - - ?
GET    /v1/quarantine                                      200  - - -   - - -   - + -   - - ?
GET    /v1/deliveries                                      200  - - -   - - -   - + -   - - ?
GET    /v1/policies                                        200  - - -   - - -   - + -   - - ?
GET    /v1/access/acts                                     200  - - -   - - -   - + -   - - ?
GET    /v1/channels/tests                                  200  - - -   - - -   - + -   - - ?
GET    /v1/channels/tests/{id}                             404  - - -   - - -   - + -   - - ?
POST   /v1/channels/{channel}/tests                        404  - - -   - - -   - + -   - - ?
GET    /v1/policies/{district}/{version}/difference        404  - - -   - - -   - + -   - - ?
GET    /v1/policies/{district}/{version}/files.tar         404  - - -   - - -   - + -   - - ?
POST   /v1/deliveries/actions                              422  - - -   - - -   - + -   - - ?
POST   /v1/quarantine/actions                              422  - - -   - - -   - + -   - - ?
POST   /v1/policies                                        422  - - -   - - -   - + -   - - ?
POST   /v1/policies/previews                               415  - - -   - - -   - + -   - - ?
GET    /v1/access/sign-ins                                 200  - - -   - - -   - + -   - - ?
GET    /v1/access/reveals                                  200  - - -   - - -   - + -   - - ?
GET    /v1/stream                                          200  + + +   + + +   + + +   + + ?
GET    /v1/units                                           200  + + +   + + +   + + +   + + ?
GET    /v1/units/{code}                                    200  + + +   + + +   + + +   + + ?
GET    /v1/units.geojson                                   200  + + +   + + +   + + +   + + ?
GET    /v1/shapes                                          200  + + +   + + +   + + +   + + ?
GET    /v1/categories                                      200  + + +   + + +   + + +   + + ?
GET    /v1/departments                                     200  + + +   + + +   + + +   + + ?
GET    /openapi.yaml                                       200  + + +   + + +   + + +   + + +
"""

PAGES = """
GET    /                                                   200  + + +   + + +   + + +   + - +
GET    /administration                                     200  - - -   - - -   - + -   - - ?
GET    /administration/calendar                            200  - - -   - - -   - + -   - - ?
GET    /administration/channels                            200  - - -   - - -   - + -   - - ?
GET    /administration/deliveries                          200  - - -   - - -   - + -   - - ?
GET    /administration/keys                                200  - - -   - - -   - + -   - - ?
GET    /administration/log                                 200  - - -   - - -   - + -   - - ?
GET    /administration/policies                            200  - - -   - - -   - + -   - - ?
GET    /administration/policies/difference                 200  - - -   - - -   - + -   - - ?
GET    /administration/quarantine                          200  - - -   - - -   - + -   - - ?
GET    /administration/rosters                             200  - - -   - - -   - + -   - - ?
GET    /administration/services                            200  - - -   - - -   - + -   - - ?
GET    /administration/suppressions                        200  - - -   - - -   - + -   - - ?
GET    /administration/units                               200  - - -   - - -   - + -   - - ?
GET    /administration/users                               200  - - -   - - -   - + -   - - ?
GET    /cases                                              200  + + +   + + +   + + +   + - ?
GET    /cases/{id}                                         200  + + +   + + +   + + .   . - ?
GET    /command                                            200  - - +   + - +   + + +   - - ?
GET    /department                                         200  - + -   - - -   - - -   + - ?
GET    /desk                                               200  - - +   + - -   - - +   - - ?
GET    /grid-changes                                       200  + - +   + - +   + + +   - - ?
GET    /grid-changes/{id}                                  404  + - +   + - +   + + +   - - ?
GET    /inbox                                              200  + + +   + + +   + + +   + - ?
GET    /indicators                                         200  + + +   + + -   + + +   + - ?
GET    /inspection                                         200  - + +   + - +   + + +   + - ?
GET    /inspection/{id}                                    200  - + +   + - +   + + .   . - ?
GET    /officer                                            200  + - -   - - -   - - -   - - ?
GET    /officer/tasks/{id}                                 200  + - -   - - -   - - -   - - ?
GET    /suppressions                                       200  - - +   + - -   - - +   - - ?
"""


def table(text):
    """Route → the answer that each caller gets, in their order."""
    rows = {}
    for line in text.strip().splitlines():
        method, path, answer, *marks = line.split()
        answers = {"+": int(answer), "-": 403, ".": 404, "?": 401}
        rows[method, path] = [answers.get(mark) or int(mark) for mark in marks]
    return rows


def described():
    """Every route of the document: (method, path)."""
    path, found = None, []
    for line in (stack.ROOT / "docs/openapi.yaml").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"  (/\S+):", line):
            path = match[1]
        elif match := re.fullmatch(r"    (get|put|post|delete|patch):", line):
            found.append((match[1].upper(), path))
    return found


def pages():
    """Every page that the sources name, but for the matters of administration: those stand on its first page."""
    found = {"/administration"}
    for file in (stack.ROOT / "Services/Console/Core/Pages").rglob("*.swift"):
        for path in re.findall(r'PageRoute\(\s*"([^"\\]*)"', file.read_text(encoding="utf-8")):
            found.add("/" + re.sub(r":(\w+)", r"{\1}", path))
    return found


def is_of_intake(path):
    return path.startswith("/open311/") or path in ("/v1/reports", "/v1/reports/bulk", "/v1/locate", "/v1/attachments")
