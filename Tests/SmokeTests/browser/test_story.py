"""The whole story of a case through the pages, by everyone who has a hand in it; and of one that nobody took up."""

import unittest

import pages

DISPATCHER = "dispatcher@440306"
SUPERVISOR = "supervisor@440306"
OFFICER = "officer@440306"
HOTLINE = "hotline@440306"
INSPECTOR = "inspector@440306"
# A fire hazard: the rule sends it to the fire brigade; its closing standard asks for a checklist and a photograph.
CATEGORY = "E2104"
BY_RULE = "XFDD"
NAMED = "CGJ"


class Story(pages.PageTest):
    def send(self, page, action, fill):
        """Opens the form of an action, fills it in and sends it."""
        page.click(f"[data-dialog=do-{action}]")
        dialog = page.wait_for_selector(f"dialog[open]#do-{action}")
        fill(dialog)
        page.click(f"#do-{action} button[type=submit]")
        page.wait_for_selector("dialog[open]", state="detached")

    def kinds(self, case_id):
        events = self.stack.console("GET", f"/v1/cases/{case_id}/events", user=SUPERVISOR).json["items"]
        return [event["kind"] for event in events]

    def test_from_the_call_to_the_satisfied_caller(self):
        case_id = self.stack.file(
            category=CATEGORY, description="楼下小餐馆堵住了消防通道，气瓶放在楼道里。",
            reporter={"name": "陈女士", "phone": "13800138000"})
        self.stack.settle()

        # The department that the rule names gives it back, and says whose it is.
        returning = self.visitor(f"handler@{BY_RULE}")
        page = returning.go(f"/department?case={case_id}")

        def not_ours(dialog):
            dialog.query_selector("[name=reason]").fill("占用通道属于城市管理执法事项")
            dialog.query_selector("[name=responsible]").select_option(NAMED)

        self.send(page, "return", not_ours)
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        returning.checked()

        # The desk sees why, and sends it there with one key.
        desk = self.visitor(DISPATCHER)
        page = desk.go("/desk?tab=returned")
        page.click(f"#queue-{case_id}")
        page.wait_for_selector(f'#beside-case[data-case="{case_id}"]')
        self.assertIn("占用通道属于城市管理执法事项", page.inner_text("#beside-case .said"))
        desk.picture("story-desk", full=False)
        page.keyboard.press("1")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        self.assertEqual(self.stack.case(case_id)["lead"]["department"], NAMED)
        desk.checked()

        # The department signs from its list, calls back and asks for a day more.
        department = self.visitor(f"handler@{NAMED}")
        page = department.go("/department")
        page.click(f'#beside-list [data-case="{case_id}"] button[type=submit]')
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        page.click("#box-in_hand")
        page.click(f"#queue-{case_id}")
        page.wait_for_selector(f'#beside-case[data-case="{case_id}"]')
        self.send(page, "contact", lambda dialog: dialog.query_selector("[name=outcome][value=reached]").check())
        page.wait_for_selector("#beside-case .timeline-item:has-text('已联系诉求人')")

        def a_day_more(dialog):
            dialog.query_selector("input[name=by]").fill("1")
            dialog.query_selector("select[name=by-unit]").select_option("work_days")
            dialog.query_selector("[name=reason]").fill("商户需要时间搬走气瓶")

        self.send(page, "request_extension", a_day_more)
        page.wait_for_selector("#beside-case .timeline-item:has-text('申请延期')")

        # The desk grants it.
        page = desk.go(f"/desk?tab=extensions&case={case_id}")
        page.keyboard.press("g")
        page.click("dialog[open]#do-grant_extension button[type=submit]")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        desk.checked()

        # The department hears of it without a reload, and hands in what the closing standard asks for.
        page = department.page
        page.wait_for_selector("#beside-case .timeline-item:has-text('同意')")
        department.expected.add((f"/v1/cases/{case_id}/actions", 422))
        page.click("[data-dialog=do-handle]")
        page.fill("#do-handle textarea[name=result]", "气瓶已搬离，通道已清空，已对商户宣传教育。")
        page.click("#do-handle button[type=submit]")
        page.wait_for_selector("#do-handle .form-faults .fault")
        for box in page.query_selector_all("#do-handle [name=checklist]"):
            box.check()
        page.set_input_files(
            "#do-handle input[type=file]", {"name": "after.png", "mimeType": "image/png", "buffer": pages.image()})
        page.wait_for_selector("#do-handle input[type=hidden][name=photos]", state="attached")
        department.picture("story-hand-in", full=False)
        page.click("#do-handle button[type=submit]")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        self.assertEqual(self.stack.case(case_id)["state"], "handled")
        department.checked()

        # An officer looks at the place and verifies, phone in hand.
        officer = self.visitor(OFFICER, "phone")
        page = officer.go(f"/cases/{case_id}")
        page.wait_for_selector("#case-photos img")
        self.send(page, "verify", lambda dialog: dialog.query_selector("[name=outcome][value=pass]").check())
        page.wait_for_selector("#case-head .state-closed")
        officer.picture("story-verified-phone")
        self.assertEqual(officer.overflow(), [])
        officer.checked()

        # The caller is asked, and satisfied.
        hotline = self.visitor(HOTLINE)
        page = hotline.go(f"/cases/{case_id}")
        self.send(page, "revisit", lambda dialog: dialog.query_selector("[value=satisfied]").check())
        page.wait_for_selector("#case-timeline .timeline-item:has-text('满意')")
        page.click("[data-verify]")
        page.wait_for_selector("#proof-result.proof-fine")
        hotline.picture("story-closed")
        hotline.checked()

        self.assertEqual(
            self.kinds(case_id),
            ["filed", "dispatched", "returned", "desked", "dispatched", "signed", "contacted", "extension_requested",
             "extension_granted", "handled", "verified", "closed", "revisited"])
        case = self.stack.case(case_id)
        self.assertEqual((case["state"], case["rating"]), ("closed", "satisfied"))

    def test_what_nobody_takes_up_ends_with_the_inspector(self):
        case_id = self.stack.file(category=CATEGORY, description="仓库堵塞疏散通道")
        self.stack.settle()
        self.assertEqual(self.stack.case(case_id)["lead"]["department"], BY_RULE)
        due = next(
            clock["due_at"] for clock in self.stack.case(case_id)["clocks"]
            if clock["name"] == "sign" and clock["matter"] == "case")
        # Nobody signs; time passes until the ladder is climbed to its end.
        self.stack.gridctl("clock", "advance", f"{4 * 86_400}s")
        self.stack.settle()
        records = self.stack.console("GET", "/v1/accountability?clock=sign&limit=500", user=INSPECTOR).json["items"]
        # The assisting department has one of its own.
        record = next(
            record for record in records if (record["case_id"], record["department"]) == (case_id, BY_RULE))
        self.assertEqual((record["state"], record["due_at"]), ("open", due))

        # The department sees that it is late.
        department = self.visitor(f"handler@{BY_RULE}")
        page = department.go(f"/department?box=late&case={case_id}")
        page.wait_for_selector(f'#beside-list .tone-late[data-case="{case_id}"]')
        department.picture("story-late", full=False)
        department.checked()

        # Inspection is told, hears the department and finds.
        inspector = self.visitor(INSPECTOR)
        page = inspector.go("/inbox?unread=true")
        page.wait_for_selector(f"#notices a:has-text('{case_id}')")
        if page.query_selector("nav.menu a[href='/inspection']"):
            page = inspector.go("/inspection")
            page.wait_for_selector(f"main:has-text('{case_id}')")
        page = inspector.go(f"/cases/{case_id}")
        page.wait_for_selector("#case-timeline .timeline-item:has-text('推送纪检监察')")
        inspector.picture("story-inspected")
        self.assertEqual(self.find(record, "acknowledge", INSPECTOR), "acknowledged")
        self.assertEqual(self.find(record, "statement", f"handler@{BY_RULE}", note="值班人员漏看"), "answered")
        self.assertEqual(self.find(record, "uphold", INSPECTOR, note="无正当理由逾期未签收"), "upheld")
        inspector.checked()

    def find(self, record, action, user, **fields):
        """A step of the record; its state afterwards."""
        path = f"/v1/accountability/{record['id']}"
        version = self.stack.console("GET", path, user=INSPECTOR).json["version"]
        answer = self.stack.console(
            "POST", f"{path}/actions", {"action": action, **fields}, user=user, headers={"If-Match": f'"{version}"'})
        self.assertEqual(answer.status, 200, answer)
        return answer.json["state"]


if __name__ == "__main__":
    unittest.main()
