/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checks.js - at the end of a page of scripts/report, in a browser: are pictures drawn, do controls
 * work.  Writes a line for each check to the end of the page: ok or FAIL, and what it is.
 */
"use strict";

(function () {
	const lines = [];

	function check(what, holds) {
		lines.push((holds ? "ok " : "FAIL ") + what);
	}

	function drawn(element) {
		const box = element.getBoundingClientRect();

		return box.width > 20 && box.height > 20;
	}

	function blockOf(caption) {
		return Array.from(document.querySelectorAll(".sorted")).find(
			(block) => block.querySelector("caption").textContent === caption);
	}

	function column(block, number) {
		return Array.from(block.querySelectorAll("tbody tr")).filter((row) => !row.hidden).map(
			(row) => row.cells[number].textContent);
	}

	function pictures() {
		const plots = Array.from(document.querySelectorAll("svg.plot.broad, svg.plot.narrow"));
		const shown = plots.filter(drawn);

		check("plots of edges, ops per second and bugs", plots.length === 6);
		check("one of two widths of each is drawn", shown.length === 3);
		for (const plot of shown) {
			const name = plot.getAttribute("aria-label");

			for (const path of plot.querySelectorAll("path")) {
				const box = path.getBBox(), style = getComputedStyle(path);

				check("a line of: " + name, box.width > 50 && box.height > 20 &&
				      style.stroke !== "none" && style.fill === "none");
			}
			for (const text of plot.querySelectorAll("text")) {
				const box = text.getBBox(), whole = plot.viewBox.baseVal;

				check("its text is inside: " + text.textContent, box.x >= 0 &&
				      box.x + box.width <= whole.width + 1 && box.y >= 0 &&
				      box.y + box.height <= whole.height + 1);
			}
		}
		check("bars are drawn", document.querySelector(".bar span").getBoundingClientRect().width > 20);
		check("the page is not wider than the window",
		      document.documentElement.scrollWidth <= window.innerWidth);
	}

	function sorting() {
		const block = blockOf("Bugs"), heads = block.querySelectorAll("th");
		const button = heads[6].querySelector("button");

		button.focus();
		check("a button of a column has the focus", document.activeElement === button);
		button.click();
		check("sorted by numbers, from above", column(block, 6).join() === "-,12.00,2.50,0.50" &&
		      heads[6].getAttribute("aria-sort") === "descending");
		button.click();
		check("and the other way", column(block, 6).join() === "0.50,2.50,12.00,-" &&
		      heads[6].getAttribute("aria-sort") === "ascending");
		heads[0].querySelector("button").click();
		check("sorted by text", column(block, 0).join() === "M00,M01,M02,M03" &&
		      !heads[6].hasAttribute("aria-sort"));
	}

	function filtering() {
		const block = blockOf("Lines that do not run"), input = block.querySelector(".filter");
		const flag = block.querySelector(".flag"), said = block.querySelector(".shown");

		input.value = "A.C BREAK";
		input.dispatchEvent(new Event("input"));
		check("filtered by words", column(block, 0).join() === "impl/a.c:90");
		check("and it says so", said.textContent === "1 of 2 rows");
		input.value = "";
		input.dispatchEvent(new Event("input"));
		check("all rows again", column(block, 0).length === 2);
		flag.click();
		check("only those without a reason", column(block, 1).join() === "break;");
	}

	function press(key) {
		document.activeElement.dispatchEvent(
			new KeyboardEvent("keydown", { key: key, code: key, bubbles: true }));
	}

	function film() {
		const strips = document.querySelectorAll(".film"), strip = strips[0];
		let before;

		check("a film strip for what can be shown", strips.length === 1);
		check("it is drawn", drawn(strip) && !strip.textContent.includes("cannot be drawn"));
		const target = strip.querySelector("[tabindex], button, input") || strip;

		target.focus();
		check("it has the focus", strip.contains(document.activeElement));
		before = strip.textContent;
		press("Home");
		const first = strip.textContent;

		press("ArrowRight");
		press("ArrowRight");
		check("Home goes to its begin", first !== before);
		check("arrows step it", strip.textContent !== first);
		check("the page is not wider than the window for it",
		      document.documentElement.scrollWidth <= window.innerWidth);
	}

	for (const each of [pictures, sorting, filtering, film]) {
		try {
			each();
		} catch (error) {
			check(each.name + ": " + error.message, false);
		}
	}
	check("nothing of what was found has run", document.title === "pcpufuzz report");
	const out = document.createElement("pre");

	out.id = "checks";
	out.textContent = "\n" + lines.join("\n") + "\n";
	document.body.append(out);
})();
