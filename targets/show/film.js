// SPDX-License-Identifier: GPL-2.0-only
/*
 * film.js - draws the film of a program: pcpufuzzFilm(element, data) builds all of it inside
 * element, which has to be in the page.  data is what 'pcpufuzz show --json' prints; docs/show.md has the format.
 *
 * Any number of films can be on one page: keys go to the one that was used last.  Loads nothing,
 * and leaves nothing behind but what is inside element.
 */
var pcpufuzzFilm = (function () {
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const COLORS = 8; /* classes pf-o0 to pf-o7 */
const films = [];
let used = null;

/* ---- elements ---- */

function html(name, attributes, ...children) {
	return fill(document.createElement(name), attributes, children);
}

function svg(name, attributes, ...children) {
	return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
	for (const key in attributes || {}) {
		if (key.startsWith("on"))
			node.addEventListener(key.slice(2), attributes[key]);
		else if (attributes[key] !== undefined && attributes[key] !== null)
			node.setAttribute(key, attributes[key]);
	}
	for (const child of children.flat())
		if (child !== null && child !== undefined)
			node.append(child);
	return node;
}

function title(node, text) {
	node.prepend(svg("title", {}, text));
	return node;
}

/* ---- what a hint may be ---- */

/* [contig, left, right, first_free, ...] of the truth and of the subject, as in the JSON. */
const HINTS = ["contig hint", "left free", "right free", "first free"];

/* "" if it is right, "low" if it is lower than the truth and may be, "bad" if it may not. */
function blockHint(i, truth, seen) {
	if (truth[i] === seen[i])
		return "";
	return i === 3 && seen[i] < truth[i] && seen[i] >= 0 ? "low" : "bad";
}

function chunkHint(i, chunk) {
	const truth = chunk.truth[i], seen = chunk.seen.hint[i];

	if (truth === seen)
		return "";
	if (seen > truth || seen < 0)
		return "bad";
	return i || seen >= Math.max(chunk.in_block, truth - chunk.block) ? "low" : "bad";
}

function isFree(chunk, from, n) {
	return chunk.objects.concat(chunk.hidden).every(([at, size]) =>
		at >= from + n || at + size <= from);
}

/* What a contig hint or scan hint must be and is not, or "".  base: where its block starts. */
function placeFault(chunk, md, base) {
	const [contig, , , , at, scan, scanAt] = md;

	if (contig > 0 && !isFree(chunk, base + at, contig))
		return "contig hint where it is free";
	if (scan > 0 && !isFree(chunk, base + scanAt, scan))
		return "scan hint where it is free";
	if (scan > 0 && (scanAt > at) !== (scan === contig))
		return "scan hint after the contig hint iff as large";
	if (scan > 0 && scanAt + scan > at && at + contig > scanAt)
		return "scan hint apart from the contig hint";
	return "";
}

function placeText(md) {
	return "contig " + md[0] + " at " + md[4] + ", scan " + md[5] + " at " + md[6];
}

/* Rows of what a subject must have of a chunk beside what it has: [name, want, got, class]. */
function chunkFacts(chunk, listsMatter) {
	const seen = chunk.seen, rows = [];
	const plain = [["free units", chunk.truth[4], seen.free],
		["objects", chunk.nr_alloc, seen.nr_alloc],
		["populated pages", chunk.nr_populated, seen.nr_populated],
		["empty populated pages", chunk.nr_empty, seen.nr_empty],
		["populated map", chunk.populated, seen.populated],
		["isolated", chunk.isolated, seen.isolated],
		["immutable", chunk.immutable, seen.immutable]];

	HINTS.forEach((name, i) => {
		const high = i === 0 && chunk.in_block < chunk.truth[0] ?
			Math.max(chunk.in_block, chunk.truth[0] - chunk.block) + " to " : "";

		rows.push([name, high + chunk.truth[i], seen.hint[i], chunkHint(i, chunk)]);
	});
	chunk.blocks.forEach((truth, b) => HINTS.forEach((name, i) => {
		const state = blockHint(i, truth, seen.blocks[b]);

		if (state)
			rows.push(["block " + b + ": " + name, truth[i], seen.blocks[b][i],
				state]);
	}));
	[[seen.hint, 0, ""]].concat(seen.blocks.map((md, b) => [md, b * chunk.block, "block " + b +
		": "])).forEach(([md, base, name]) => {
		const fault = placeFault(chunk, md, base);

		if (fault)
			rows.push([name + "hints", fault, placeText(md), "bad"]);
	});
	for (const [name, want, got] of plain)
		if (got !== undefined)
			rows.push([name, want, got, want === got ? "" : "bad"]);
	if (listsMatter)
		rows.push(["list", chunk.slot, seen.slot, chunk.slot === seen.slot ? "" : "bad"]);
	for (const [from, n, what] of seen.diff)
		rows.push(["units " + from + " to " + (from + n - 1), unitText(chunk, from),
			what === "free" ? "free" : "taken (" + what + ")", "bad"]);
	return rows;
}

function unitText(chunk, unit) {
	for (const [from, n] of chunk.hidden)
		if (unit >= from && unit < from + n)
			return "not served";
	for (const [from, n, name] of chunk.objects)
		if (unit >= from && unit < from + n)
			return name || "taken";
	return "free";
}

/* Rows of what two subjects have of a chunk, where they differ. */
function pairFacts(a, b) {
	const rows = [], x = a.seen, y = b.seen;
	const add = (name, p, q) => p === q || rows.push([name, p, q, "bad"]);
	const names = HINTS.concat(["contig hint start", "scan hint", "scan hint start"]);

	if (!x || !y)
		return [["chunk " + a.name, x ? "is shown" : "is not shown",
			y ? "is shown" : "is not shown", x && y ? "" : "bad"]];
	names.forEach((name, i) => add(a.name + ": " + name, x.hint[i], y.hint[i]));
	x.blocks.forEach((block, k) => names.forEach((name, i) =>
		add(a.name + ", block " + k + ": " + name, block[i], y.blocks[k][i])));
	for (const key of ["slot", "free", "nr_alloc", "nr_populated", "nr_empty", "populated",
		"isolated", "immutable"])
		add(a.name + ": " + key.replace("_", " "), x[key], y[key]);
	if (JSON.stringify(a.objects) !== JSON.stringify(b.objects))
		rows.push([a.name + ": objects", objectsText(a), objectsText(b), "bad"]);
	return rows;
}

function objectsText(chunk) {
	return chunk.objects.map(([from, , name]) => name + " at +" + 4 * from).join(", ");
}

/* ---- drawing: a bar of units ---- */

function ownerClass(name) {
	return name ? "pf-o" + parseInt(name.slice(1), 10) % COLORS : "pf-nobody";
}

/* Cuts [from, from + n) at the ends of rows of units. */
function* pieces(from, n, perRow) {
	for (let at = from; at < from + n;) {
		const row = Math.floor(at / perRow);
		const end = Math.min(from + n, (row + 1) * perRow);

		yield { row, at: at - row * perRow, n: end - at, first: at === from,
			last: end === from + n };
		at = end;
	}
}

/*
 * Units in rows: grid is { perRow, px, x, y(row), h }.  Pages that have no memory are shaded, and
 * said to have none by their label.
 */
function drawUnits(g, chunk, grid, units) {
	const names = [];
	const rect = (p, cls, tip) => title(svg("rect", { class: cls, x: grid.x + p.at * grid.px,
		y: grid.y(p.row), width: Math.max(p.n * grid.px, 0.5), height: grid.h }), tip);

	for (const p of pieces(0, units, grid.perRow))
		g.append(rect(p, "pf-free", "free"));
	for (let page = 0; page < chunk.pages; page++)
		if (chunk.populated[page] === "0")
			for (const p of pieces(page * chunk.block, chunk.block, grid.perRow))
				g.append(rect(p, "pf-unpopulated", "page " + page +
					" has no memory"));
	if (grid.px >= 6)
		drawTicks(g, units, grid);
	for (const [from, n] of chunk.hidden)
		for (const p of pieces(from, n, grid.perRow))
			g.append(rect(p, "pf-hidden", "not served by this chunk"));
	for (const [from, n, name] of chunk.objects)
		for (const p of pieces(from, n, grid.perRow)) {
			const tip = (name || "object") + ": " + 4 * n + " bytes at +" + 4 * from;

			g.append(rect(p, "pf-object " + ownerClass(name), tip));
			if (p.n * grid.px > 8 * name.length + 4 && grid.h >= 12)
				names.push(svg("text", { class: "pf-owner",
					x: grid.x + (p.at + p.n / 2) * grid.px,
					y: grid.y(p.row) + grid.h / 2 + 4 }, name));
		}
	for (let unit = chunk.block; unit < units; unit += chunk.block) {
		const p = pieces(unit, 1, grid.perRow).next().value;

		if (p.at && grid.px * chunk.block > 4)
			g.append(svg("line", { class: "pf-block-end", x1: grid.x + p.at * grid.px,
				x2: grid.x + p.at * grid.px, y1: grid.y(p.row) - 2,
				y2: grid.y(p.row) + grid.h + 2 }));
	}
	g.append(...names);
}

function drawTicks(g, units, grid) {
	let d = "";

	for (let unit = 0; unit < units; unit++) {
		const row = Math.floor(unit / grid.perRow), at = unit % grid.perRow;

		if (at)
			d += "M" + (grid.x + at * grid.px) + " " + grid.y(row) + "v" + grid.h;
	}
	g.append(svg("path", { class: "pf-tick", d }));
}

/* A bracket below units, open where it goes on in another row. */
function drawBracket(g, from, n, grid, lane, cls, tip) {
	for (const p of pieces(from, n, grid.perRow)) {
		const x = grid.x + p.at * grid.px + 0.5, y = grid.y(p.row) + grid.h + lane;
		const end = Math.max(x + p.n * grid.px - 1, x + 1);

		g.append(title(svg("path", { class: "pf-bracket " + cls, d: "M" + x + " " + y +
			(p.first ? "v4" : "m0 4") + "H" + end + (p.last ? "v-4" : "") }), tip));
	}
}

function longestRun(chunk, from, to) {
	const taken = chunk.objects.concat(chunk.hidden).filter(([at, n]) =>
		at < to && at + n > from).sort((a, b) => a[0] - b[0]);
	let best = [from, 0], at = from;

	for (const [start, n] of taken.concat([[to, 0]])) {
		if (start - at > best[1])
			best = [at, start - at];
		at = Math.max(at, start + n);
	}
	return best;
}

/* ---- drawing: a chunk ---- */

const LANE_HINT = 3, LANE_TRUE = 9, ROW_GAP = 20, MAP_TOP = 56;

function gridOf(chunk, width) {
	const units = chunk.pages * chunk.block, x = 74, right = width > 560 ? 190 : 130;
	let perRow = chunk.block;

	if (chunk.pages > 8)
		perRow = chunk.block * Math.ceil(chunk.pages / 8);
	while (perRow > 64 && units / perRow * 2 <= 4)
		perRow /= 2;
	const room = width - x - right;
	const px = perRow * 12 <= room ? 12 : room / perRow;

	return { units, perRow, px, x, h: 16, width, rows: Math.ceil(units / perRow),
		textX: x + perRow * px + 10 };
}

function drawHints(g, chunk, grid, strict) {
	const text = [];

	chunk.blocks.forEach((truth, b) => {
		const seen = chunk.seen && chunk.seen.blocks[b], from = b * chunk.block;
		const run = longestRun(chunk, from, from + chunk.block);
		const wrong = seen && blockHint(0, truth, seen);
		const cls = wrong ? strict ? "pf-wrong" : "pf-low" : "";

		if (run[1])
			drawBracket(g, run[0], run[1], grid, LANE_TRUE, "pf-true " + cls,
				"longest free area of block " + b + ": " + run[1] + " units");
		if (seen && seen[0] > 0)
			drawBracket(g, from + Math.max(seen[4], 0), seen[0], grid, LANE_HINT,
				"pf-hint " + cls, "contig hint of block " + b + ": " + seen[0] +
				" at " + seen[4]);
		if (seen && seen[5] > 0)
			drawBracket(g, from + Math.max(seen[6], 0), seen[5], grid, LANE_HINT,
				"pf-scan " + (strict && placeFault(chunk, seen, from) ? "pf-wrong" :
					""), "scan hint of block " + b + ": " + seen[5] + " at " +
				seen[6]);
		text.push([from, seen ? seen[0] : null, truth[0], cls]);
	});
	drawHintTexts(g, grid, text);
}

function hintText(hint, truth, cls) {
	if (hint === null)
		return "true " + truth;
	return "hint " + hint + (hint === truth ? "" : (cls ? " \u2260" : ",") + " true " + truth);
}

/* At the end of each row the hint of its block, if there is one block in it. */
function drawHintTexts(g, grid, text) {
	const rows = new Map();

	for (const [from, hint, truth, cls] of text) {
		const row = Math.floor(from / grid.perRow), old = rows.get(row);

		if (!old || cls)
			rows.set(row, { hint, truth, cls, more: Boolean(old) });
		else
			old.more = true;
	}
	for (const [row, t] of rows) {
		const wrong = t.hint !== null && t.hint !== t.truth;

		if (t.more && !wrong)
			continue;
		g.append(svg("text", { class: "pf-note " + t.cls, x: grid.textX,
			y: grid.y(row) + 12 }, hintText(t.hint, t.truth, t.cls)));
	}
}

function drawRowLabels(g, chunk, grid) {
	for (let row = 0; row < grid.rows; row++) {
		const page = Math.floor(row * grid.perRow / chunk.block);
		const many = grid.perRow > chunk.block;
		const has = chunk.populated.slice(page, page + Math.max(1, grid.perRow / chunk.block));
		const mark = !has.includes("0") ? "P" : has.includes("1") ? "~" : "\u2013";

		g.append(title(svg("text", { class: "pf-label", x: grid.x - 22, y: grid.y(row) + 12,
			"text-anchor": "end" }, "+" + 4 * row * grid.perRow),
		"byte offset of the row"));
		g.append(title(svg("text", { class: "pf-page" + (mark === "P" ? "" : " pf-none"),
			x: grid.x - 14, y: grid.y(row) + 12 }, mark),
		many ? "pages of the row with memory: P all, ~ some, \u2013 none" :
			mark === "P" ? "populated" : "not populated"));
	}
}

/* What the subject has otherwise, drawn on top. */
function drawDifference(g, chunk, grid, finding) {
	for (const [from, n, what] of chunk.seen ? chunk.seen.diff : [])
		for (const p of pieces(from, n, grid.perRow))
			g.append(title(svg("rect", { class: "pf-diff pf-diff-" + what,
				x: grid.x + p.at * grid.px, y: grid.y(p.row) - 1,
				width: p.n * grid.px, height: grid.h + 2 }),
			"the subject has this as " + (what === "free" ? "free" : "taken")));
	for (let page = 0; chunk.seen && page < chunk.pages; page++)
		if (chunk.seen.populated[page] !== chunk.populated[page])
			for (const p of pieces(page * chunk.block, chunk.block, grid.perRow))
				g.append(title(svg("rect", { class: "pf-diff",
					x: grid.x + p.at * grid.px, y: grid.y(p.row) - 1,
					width: p.n * grid.px, height: 4 }),
				"the subject has this page as " +
				(chunk.seen.populated[page] === "1" ? "" : "not ") + "populated"));
	if (finding && finding.chunk === chunk.name && finding.from >= 0)
		for (const p of pieces(finding.from, Math.min(finding.to, grid.units) -
			finding.from, grid.perRow))
			g.append(title(svg("rect", { class: "pf-place", x: grid.x + p.at * grid.px,
				y: grid.y(p.row) - 2, width: p.n * grid.px, height: grid.h + 4 }),
			"the place of the finding"));
}

/* All units in one line, with the hint of the chunk. */
function drawOverview(g, chunk, width, strict, h) {
	const units = chunk.pages * chunk.block, full = gridOf(chunk, width);
	const grid = { perRow: units, px: full.perRow * full.px / units, x: full.x, h,
		y: () => 22 };
	const seen = chunk.seen && chunk.seen.hint, state = chunk.seen ? chunkHint(0, chunk) : "";
	const cls = state === "bad" ? strict ? "pf-wrong" : "pf-low" : "";

	drawUnits(g, chunk, grid, units);
	if (chunk.truth[0])
		drawBracket(g, chunk.longest_at, chunk.truth[0], grid, LANE_TRUE, "pf-true " + cls,
			"longest free area: " + chunk.truth[0] + " units");
	if (seen && seen[0] > 0)
		drawBracket(g, seen[4], Math.min(seen[0], units), grid, LANE_HINT, "pf-hint " + cls,
			"contig hint: " + seen[0] + " at " + seen[4]);
	if (seen && seen[5] > 0)
		drawBracket(g, seen[6], Math.min(seen[5], units), grid, LANE_HINT, "pf-scan " +
			(strict && placeFault(chunk, seen, 0) ? "pf-wrong" : ""),
			"scan hint: " + seen[5] + " at " + seen[6]);
	g.append(svg("text", { class: "pf-label", x: grid.x - 22, y: 31, "text-anchor": "end" },
		"all"));
	g.append(svg("text", { class: "pf-note " + cls, x: full.textX, y: 32 },
		hintText(seen && seen[0], chunk.truth[0], cls)));
}

function chunkTitle(chunk, short) {
	const parts = ["list " + chunk.slot, chunk.truth[4] + " of " + chunk.pages * chunk.block +
		" units free"];

	if (chunk.reserved)
		parts[0] = "reserved";
	if (!short)
		parts.push(chunk.nr_alloc + (chunk.nr_alloc === 1 ? " object" : " objects"),
			chunk.nr_populated + " of " + chunk.pages + " pages populated");
	if (chunk.immutable)
		parts.push("immutable");
	if (chunk.isolated)
		parts.push("isolated");
	return parts.join(" \u00b7 ");
}

function chunkHeight(grid) {
	return MAP_TOP + grid.rows * (grid.h + ROW_GAP);
}

function drawChunk(chunk, width, how) {
	const grid = gridOf(chunk, width), strict = how.finding !== null;
	const height = how.brief ? 50 : chunkHeight(grid);
	const g = svg("svg", { class: "pf-chunk", width, height, role: "img",
		"aria-label": "map of " + chunk.name + ": " + chunkTitle(chunk) });

	grid.y = (row) => MAP_TOP + row * (grid.h + ROW_GAP);
	g.append(svg("text", { class: "pf-title", x: 0, y: 13 }, chunk.name));
	g.append(svg("text", { class: "pf-sub" + (how.changed ? " pf-changed" : ""), x: grid.x,
		y: 13 }, (how.changed ? "\u25cf " : "") + chunkTitle(chunk, width < 600)));
	drawOverview(g, chunk, width, strict, how.brief ? 13 : 9);
	if (how.brief)
		return g;
	drawUnits(g, chunk, grid, grid.units);
	drawRowLabels(g, chunk, grid);
	drawHints(g, chunk, grid, strict);
	drawDifference(g, chunk, grid, how.finding);
	return g;
}

/* ---- drawing: lists, address space, frames, boots ---- */

function listText(list) {
	return list.slice(1).join(" \u2192 ");
}

function drawLists(lists, compare) {
	const box = html("div", { class: "pf-lists" });
	const want = new Map(lists.lists.map((l) => [l[0], listText(l)]));
	const got = lists.seen_lists && new Map(lists.seen_lists.map((l) => [l[0], listText(l)]));
	const role = (slot) => slot === lists.free ? " free" : slot === lists.to_depopulate ?
		" to depopulate" : slot === lists.sidelined ? " sidelined" : "";
	const slots = new Set([...want.keys(), ...(got ? got.keys() : [])]);

	for (const slot of [...slots].sort((a, b) => a - b)) {
		const w = want.get(slot) || "\u2013", s = got && (got.get(slot) || "\u2013");
		const differs = compare && got && w !== s;

		box.append(html("div", { class: "pf-slot" + (differs ? " pf-bad" : "") },
			html("b", {}, "list " + slot + role(slot)), html("span", {}, compare || !got ?
				w : s),
			differs ? html("span", { class: "pf-got" }, "\u2260 " + s) : null));
	}
	box.append(html("div", { class: "pf-flags" }, (lists.work ? "balance work pending" :
		"no work pending") + " \u00b7 " + lists.empty_pages + " empty populated pages" +
		(lists.atomic_failed ? " \u00b7 an atomic request failed" : "")));
	return box;
}

function drawSpace(space, width) {
	const px = (width - 2) / space.pages, h = 20;
	const g = svg("svg", { class: "pf-space", width, height: h + 20, role: "img",
		"aria-label": "address space of " + space.pages + " pages with " +
			space.areas.length + " areas" });
	const frames = px >= 13 && px * space.pages <= width;

	g.append(svg("rect", { class: "pf-window", x: 1, y: 1, width: px * space.pages, height: h }));
	for (const area of space.areas) {
		const x = 1 + area.at * px, w = Math.max(area.pages * px, 1.5);
		const text = area.name || area.kind;

		g.append(title(svg("rect", { class: "pf-area pf-k-" + area.kind +
			(area.lazy ? " pf-lazy" : "") + (w < 6 ? " pf-thin" : ""), x, y: 1, width: w,
		height: h }), areaTip(area)));
		if (w > 7 * text.length + 4)
			g.append(svg("text", { class: "pf-owner", x: x + w / 2, y: h / 2 + 5 },
				text));
		area.frames.forEach((frame, i) => frames && frame >= 0 && g.append(svg("text", {
			class: "pf-frame", x: x + (i + 0.5) * px, y: h + 12 }, frame)));
	}
	for (const area of space.areas)
		for (const page of area.wrong)
			g.append(title(svg("rect", { class: "pf-diff", x: 1 + (area.at + page) * px,
				y: h - 4, width: Math.max(px, 1.5), height: 6 }), "page " + (area.at +
				page) + (area.frames[page] < 0 ? " is not mapped, and must be" :
				" is mapped, and must not be")));
	for (const [at, n] of space.diff)
		g.append(title(svg("rect", { class: "pf-diff", x: 1 + at * px, y: 0.5,
			width: Math.max(n * px, 2), height: h + 1 }), "the subject has pages " + at +
			" to " + (at + n - 1) + " otherwise"));
	return g;
}

function areaTip(area) {
	return (area.lazy ? "freed, not purged: " : "") + area.kind + (area.name ? " " + area.name :
		"") + ", pages " + area.at + " to " + (area.at + area.pages - 1);
}

function areaTable(space) {
	const rows = space.areas.map((a) => html("tr", { class: a.lazy ? "pf-gone" : "" },
		html("td", {}, a.at + (a.pages > 1 ? "\u2013" + (a.at + a.pages - 1) : "")),
		html("td", {}, a.kind + (a.lazy ? ", freed" : "")), html("td", {}, a.name),
		html("td", { class: "pf-mono" }, a.frames.map((f) => f < 0 ? "\u2013" : f).join(" ") +
			(a.pages > a.frames.length ? " \u2026" : ""))));

	return html("table", { class: "pf-table" }, html("tr", {}, ["pages", "what", "whose",
		"frame of each page"].map((t) => html("th", { scope: "col" }, t))), rows);
}

function drawFrames(space) {
	const box = html("div", { class: "pf-frames" });
	let at = 0;

	space.frames.forEach(([nr, free], node) => {
		const cells = space.cells && space.cells.slice(at, at + nr);

		at += nr;
		box.append(html("div", {}, html("b", {}, "node " + node), " " + free + " of " + nr +
			" frames free", cells && nr <= 256 ? frameCells(cells) : null));
	});
	if (space.block_pages[0])
		box.append(html("div", {}, html("b", {}, "blocks"), " " + space.block_pages[1] +
			" of " + space.block_pages[0] + " pages taken"));
	box.append(html("div", {}, html("b", {}, "page tables"), " " + space.tables.map(([n, max]) =>
		n + " of " + max).join(", ") + " below the top level \u00b7 " + space.mapped +
		" pages mapped"));
	return box;
}

function frameCells(cells) {
	const per = Math.min(cells.length, 64), rows = Math.ceil(cells.length / per);
	const g = svg("svg", { class: "pf-cells", width: per * 7 + 1, height: rows * 9 + 1,
		role: "img", "aria-label": "page frames" });

	[...cells].forEach((c, i) => g.append(title(svg("rect", { class: c === "." ? "pf-free" :
		c === "c" ? "pf-k-chunk" : "pf-k-vmalloc", x: i % per * 7 + 0.5,
	y: Math.floor(i / per) * 9 + 0.5, width: 6, height: 8 }), "frame " + i + ": " +
		(c === "." ? "free" : c === "c" ? "of a chunk" : "of a vmalloc area"))));
	return g;
}

function unitBoxes(groups) {
	return groups.map((units, g) => html("div", { class: "pf-group" }, html("b", {},
		"group " + g), units.map((u) => html("span", { class: "pf-cpu" + (u.unused ?
			" pf-hidden-box" : ""), title: u.tip }, u.text))));
}

function drawLayout(layout) {
	const groups = layout.booted ? layout.groups.map(() => []) : [];

	if (!layout.booted)
		return html("p", {}, "The machine does not boot.");
	for (const [cpu, node, group, offset] of layout.cpus)
		groups[group].push({ text: "cpu " + cpu + " \u00b7 node " + node,
			tip: "unit at offset " + offset });
	return html("div", { class: "pf-layout" }, html("p", {}, "First chunk at " + layout.base +
		(layout.paged ? ", mapped page by page" : ", in boot memory") + ": units of " +
		layout.unit + " bytes: " + layout.static + " static, " + layout.reserved +
		" reserved, " + layout.dyn + " dynamic."), unitBoxes(groups));
}

function drawBoot(boot) {
	const groups = [];

	for (const [cpu, group, addr] of boot.units || []) {
		groups[group] = groups[group] || [];
		groups[group].push({ text: cpu < 0 ? "unused" : "cpu " + cpu, unused: cpu < 0,
			tip: "unit at " + addr });
	}
	return html("div", { class: "pf-layout pf-boot" }, html("p", {}, "This boot beside the " +
		"machine must come to: " + boot.status + (boot.units ? ". First chunk at " +
		boot.base + (boot.paged ? ", page by page" : ", embedded") + ": units of " +
		boot.unit + " bytes: " + boot.static + " static, " + boot.reserved + " reserved, " +
		boot.dyn + " dynamic; allocations of " + boot.alloc + "." : ".")),
	unitBoxes(groups), boot.log ? html("pre", {}, boot.log) : null);
}

/* ---- one film ---- */

function Film(element, data, options) {
	this.data = data;
	this.page = Boolean(options && options.page);
	this.at = 0;
	this.all = false;
	this.frames = data.frames;
	this.root = html("div", { class: "pf", role: "group", "aria-label": "film of " + data.file });
	this.build();
	element.replaceChildren(this.root);
	this.root.addEventListener("pointerdown", () => { used = this; });
	this.root.addEventListener("focusin", () => { used = this; });
	new ResizeObserver(() => this.resized()).observe(this.main);
	this.at = this.firstFrame();
	this.draw();
}

Film.prototype.firstFrame = function () {
	const asked = this.page && /^#op=(-?\d+|start|end)$/.exec(location.hash);
	const found = this.frames.findIndex((f) => f.finding);

	if (asked) {
		const at = this.frames.findIndex((f) => String(f.op) === asked[1] ||
			f.when === asked[1]);

		if (at >= 0)
			return at;
	}
	return found >= 0 ? found : 0;
};

Film.prototype.build = function () {
	const button = (text, label, act) => html("button", { type: "button", "aria-label": label,
		title: label, onclick: act }, text);
	const f = this.data.finding;

	this.counter = html("span", { class: "pf-counter" });
	this.live = html("div", { class: "pf-hidden-text", "aria-live": "polite" });
	this.main = html("div", { class: "pf-main" });
	this.list = html("ol", { class: "pf-ops", start: "0", "aria-label": "program" });
	this.help = html("dialog", { class: "pf-help", "aria-label": "keys" }, helpTable(),
		button("Close", "close", () => this.help.close()));
	this.root.append(html("header", { class: "pf-head" },
		html("strong", { class: "pf-file" }, this.data.file.replace(/^.*\//, "")),
		html("span", { class: "pf-badge " + (f ? "pf-badge-bad" : "pf-badge-ok") }, f ?
			"\u2717 " + f.rule : "\u2713 clean"),
		html("span", { class: "pf-subjects" }, this.data.subjects.map((s) =>
			s.name).join(" beside ")),
		html("nav", { "aria-label": "frames" },
			button("|\u25c0", "first frame (Home)", () => this.go(0)),
			button("\u25c0", "previous op (left arrow, k)", () => this.go(this.at - 1)),
			this.counter,
			button("\u25b6", "next op (right arrow, j)", () => this.go(this.at + 1)),
			button("\u25b6|", "last frame (End)", () => this.go(this.frames.length - 1)),
			button("next change", "next op that changes something (n)", () =>
				this.next()),
			f ? button("finding", "the op with the finding (f)", () =>
				this.goFinding()) : null,
			button("?", "keys and legend (?)", () => this.help.showModal()))),
	html("div", { class: "pf-body" }, html("div", { class: "pf-left" },
		html("p", { class: "pf-machine" }, this.data.machine), this.list, legend()), this.main),
	this.live, this.help);
	this.buildOps();
};

function helpTable() {
	const keys = [["\u2190 \u2192, k j", "step by one op"], ["PageUp PageDown",
		"step by ten"], ["Home End", "first, last"], ["n", "next op that changes " +
		"something, or the finding"], ["f", "the finding"], ["a",
		"all chunks in full, or only those that matter"], ["?", "this"]];

	return html("div", {}, html("h2", {}, "Keys"), html("table", { class: "pf-table" },
		keys.map(([key, what]) => html("tr", {}, html("th", { scope: "row" }, key),
			html("td", {}, what)))), html("h2", {}, "Picture"), legend());
}

function legend() {
	const item = (cls, text) => html("span", { class: "pf-item" }, svg("svg", { width: 22,
		height: 12, "aria-hidden": "true" }, svg("rect", { class: cls, x: 0.5, y: 0.5,
		width: 21, height: 11 })), text);
	const line = (cls, text) => html("span", { class: "pf-item" }, svg("svg", { width: 22,
		height: 12, "aria-hidden": "true" }, svg("path", { class: "pf-bracket " + cls,
		d: "M1 4v4H21v-4" })), text);

	return html("div", { class: "pf-legend" }, item("pf-object pf-o0", "object of a handle"),
		item("pf-free", "free"), item("pf-unpopulated", "free, page without memory"),
		item("pf-hidden", "not served"), line("pf-hint", "contig hint of the subject"),
		line("pf-scan", "scan hint"), line("pf-true", "longest free area in truth"),
		item("pf-area pf-k-area pf-lazy", "freed, not purged"),
		item("pf-diff", "difference"));
}

Film.prototype.buildOps = function () {
	const f = this.data.finding, shown = new Map();

	this.frames.forEach((frame, i) => shown.set(frame.when === "op" ? frame.op : frame.when, i));
	this.items = [];
	this.addItem("start", "start", [], shown.get("start"), f && f.when === "start");
	this.data.ops.forEach((op, i) => this.addItem(i, op.text, op.results, shown.get(i),
		f && f.op === i));
	if (shown.has("end"))
		this.addItem("end", "end: all is freed", [], shown.get("end"), true);
};

Film.prototype.addItem = function (key, text, results, frame, bad) {
	const ran = results.filter((r) => r !== null);
	const same = ran.every((r) => r === ran[0]);
	const result = same ? ran[0] : results.map((r, i) => this.data.subjects[i].name + " " +
		(r === null ? "\u2013" : r)).join(", ");
	const item = html("li", { class: (bad ? "pf-op-bad " : "") + (frame === undefined ?
		"pf-op-off" : "") }, html("button", { type: "button", tabindex: "-1",
		disabled: frame === undefined ? "" : null, onclick: () => this.go(frame) },
	html("span", { class: "pf-nr" }, typeof key === "number" ? key : ""),
	html("span", { class: "pf-op" }, html("code", {}, text), result !== undefined ?
		html("span", { class: "pf-result" + (/^(null|refused|not run)/.test(result) ?
			" pf-refused" : "") }, " \u2192\u00a0" + result) : null, bad ? " \u2717" : null)));

	this.list.append(item);
	if (frame !== undefined)
		this.items[frame] = item;
};

Film.prototype.go = function (at) {
	used = this;
	this.at = Math.max(0, Math.min(this.frames.length - 1, at));
	this.draw();
};

Film.prototype.goFinding = function () {
	const found = this.frames.findIndex((f) => f.finding);

	if (found >= 0)
		this.go(found);
};

Film.prototype.next = function () {
	const key = (f) => JSON.stringify(f.subjects);
	let at = this.at + 1;

	while (at < this.frames.length - 1 && !this.frames[at].finding &&
		key(this.frames[at]) === key(this.frames[at - 1]))
		at++;
	this.go(at);
};

Film.prototype.resized = function () {
	if (this.main.clientWidth !== this.drawn)
		this.draw();
};

Film.prototype.text = function (frame) {
	const f = this.data.finding;
	const what = frame.when === "op" ? "op " + frame.op + ": " + this.data.ops[frame.op].text +
		": " + this.data.ops[frame.op].results.filter((r) => r !== null).join(", ") :
		frame.when;

	return what + (frame.finding ? ". Finding: " + f.rule + ": " + f.found : "");
};

Film.prototype.draw = function () {
	const frame = this.frames[this.at], n = frame.subjects.length;

	this.drawn = this.main.clientWidth;
	const width = Math.max(((this.drawn || 900) - 32 - (n - 1) * 20) / n, 340);

	this.counter.textContent = frame.when === "op" ? "op " + frame.op + " of " +
		(this.data.ops.length - 1) : frame.when;
	this.live.textContent = this.text(frame);
	this.items.forEach((item, i) => {
		if (i === this.at)
			item.firstChild.setAttribute("aria-current", "step");
		else
			item.firstChild.removeAttribute("aria-current");
	});
	this.main.replaceChildren(...(frame.finding ? [this.banner(frame)] : []),
		html("div", { class: "pf-columns", style: "--pf-n:" + n }, frame.subjects.map((s, i) =>
			this.column(frame, s, i, width))));
	this.scrollToItem();
	this.root.dataset.op = frame.when === "op" ? frame.op : frame.when;
	if (this.page)
		try {
			history.replaceState(null, "", "#op=" + this.root.dataset.op);
		} catch (e) {
			/* not allowed where the page was opened: nothing is lost */
		}
};

/* Only within its own list: the page stays where it is. */
Film.prototype.scrollToItem = function () {
	const item = this.items[this.at], list = this.list;

	if (!item)
		return;
	const top = item.offsetTop - list.offsetTop;

	if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight)
		list.scrollTop = top - list.clientHeight / 2;
};

Film.prototype.chunks = function (subject) {
	return (subject && subject.chunks || []).map((i) => this.data.states[i]);
};

const LIST_RULES = ["list_integrity", "slot", "list_order", "isolated"];

Film.prototype.facts = function (frame) {
	const f = this.data.finding;

	if (f.other !== undefined) {
		const a = this.chunks(frame.subjects[f.subject]);
		const b = this.chunks(frame.subjects[f.other]);

		return a.flatMap((c, i) => b[i] ? pairFacts(c, b[i]) : []);
	}
	return this.spaceFacts(frame).concat(this.chunks(frame.subjects[f.subject]).flatMap((c) => {
		const rows = c.seen ? chunkFacts(c, LIST_RULES.includes(f.rule)) : [];
		const own = c.name === f.chunk;

		return rows.filter((r, i) => r[3] === "bad" || (own && i < 4)).map((r) =>
			[c.name + ": " + r[0], r[1], r[2], r[3]]);
	}));
};

/* Where the address space is not as it must be. */
Film.prototype.spaceFacts = function (frame) {
	const subject = frame.subjects[this.data.finding.subject], rows = [];
	const space = subject && this.data.states[subject.space];
	const range = (at, n) => n > 1 ? "pages " + at + " to " + (at + n - 1) : "page " + at;

	for (const area of space ? space.areas : []) {
		const some = (mapped) => area.wrong.filter((p) => area.frames[p] >= 0 === mapped);

		for (const mapped of [true, false])
			if (some(mapped).length)
				rows.push([(area.name || area.kind) + ": pages " + some(mapped).map(
					(p) => area.at + p).join(" "), mapped ? "not mapped" : "mapped",
				mapped ? "mapped" : "not mapped", "bad"]);
	}
	for (const [at, n] of space ? space.diff : [])
		rows.push([range(at, n), spaceText(space.areas.map((a) => [a.at, a.pages, a.lazy]),
			at), space.seen ? spaceText(space.seen, at) : "not known", "bad"]);
	return rows;
};

function spaceText(areas, page) {
	for (const [at, n, lazy] of areas)
		if (page >= at && page < at + n)
			return (lazy ? "freed area" : "area") + " of " + n + " from page " + at;
	return "no area";
}

Film.prototype.banner = function (frame) {
	const f = this.data.finding, facts = this.facts(frame);
	const name = (i) => this.data.subjects[i].name;
	const heads = f.other === undefined ? ["", "expected", name(f.subject)] :
		["", name(f.subject), name(f.other)];

	facts.sort((a, b) => (b[3] === "bad") - (a[3] === "bad"));
	return html("section", { class: "pf-finding", "aria-label": "finding" },
		html("div", { class: "pf-what" }, html("h2", {}, "\u2717 " + f.rule, html("small", {},
			f.group)), html("p", { class: "pf-found" }, f.found), html("p", {}, f.statement +
			"."), html("p", { class: "pf-source" }, f.source), f.verdicts.map((v) =>
			html("p", { class: "pf-verdict" }, v))),
		facts.length ? html("table", { class: "pf-facts" }, html("tr", {}, heads.map((h) =>
			html("th", { scope: "col" }, h))), facts.slice(0, 6).map((r) => html("tr",
			{ class: r[3] === "bad" ? "pf-bad" : "" }, html("th", { scope: "row" }, r[0]),
			html("td", {}, String(r[1])), html("td", {}, (r[3] === "bad" ? "\u2260 " : "") +
				r[2])))) : null);
};

/* Which chunks are drawn in full: if there is no room for all, those that this frame is about. */
Film.prototype.isBrief = function (chunk, changed, fit) {
	const f = this.data.finding;

	return !this.all && !fit && !changed && !(f && f.chunk === chunk.name);
};

/* Room is left for lists, addresses and frames, and for what was found. */
Film.prototype.fits = function (frame, chunks, width) {
	const room = this.main.clientHeight - (frame.finding ? 420 : 300);

	return chunks.reduce((sum, c) => sum + chunkHeight(gridOf(c, width)), 0) <=
		Math.max(room, 240);
};

Film.prototype.column = function (frame, subject, i, width) {
	const before = this.at ? this.frames[this.at - 1].subjects[i] : null;
	const f = frame.finding ? this.data.finding : null;
	const box = html("div", { class: "pf-column" });

	if (frame.subjects.length > 1)
		box.append(html("h2", {}, this.data.subjects[i].name));
	if (!subject) {
		box.append(html("p", {}, "The op was not run on this one any more."));
		return box;
	}
	if (subject.boot)
		box.append(drawBoot(subject.boot));
	if (!subject.chunks) {
		box.append(html("p", {}, "There is no machine: it did not boot."));
		return box;
	}
	const chunks = this.chunks(subject), fit = this.fits(frame, chunks, width);

	chunks.forEach((chunk, k) => {
		const changed = !before || !before.chunks || before.chunks.indexOf(
			subject.chunks[k]) < 0;

		box.append(drawChunk(chunk, width, { finding: f, changed: changed && this.at > 0,
			brief: this.isBrief(chunk, changed, fit) }));
	});
	this.rest(box, frame, subject, i, width);
	return box;
};

Film.prototype.rest = function (box, frame, subject, i, width) {
	const lists = this.data.states[subject.lists], space = this.data.states[subject.space];
	const compare = !frame.finding || LIST_RULES.includes(this.data.finding.rule);
	const layout = this.data.subjects[i].layout;
	const details = (name, content, open) => {
		const d = html("details", {}, html("summary", {}, name), content);

		d.open = this[name] === undefined ? open : this[name];
		d.addEventListener("toggle", () => { this[name] = d.open; });
		return d;
	};

	box.append(html("h3", {}, "Lists"), drawLists(lists, compare), html("h3", {},
		"Address space", html("small", {}, space.pages + " pages from " + space.start)),
	drawSpace(space, width), details("Areas, their pages and frames", areaTable(space), false),
	html("h3", {}, "Frames"), drawFrames(space));
	if (layout)
		box.append(details("Units of the CPUs", drawLayout(layout), frame.when === "start"));
};

/* ---- keys ---- */

Film.prototype.key = function (key) {
	const steps = { ArrowLeft: -1, k: -1, ArrowRight: 1, j: 1, PageUp: -10, PageDown: 10 };

	if (key in steps)
		this.go(this.at + steps[key]);
	else if (key === "Home")
		this.go(0);
	else if (key === "End")
		this.go(this.frames.length - 1);
	else if (key === "n")
		this.next();
	else if (key === "f")
		this.goFinding();
	else if (key === "a")
		this.all = !this.all, this.draw();
	else if (key === "?")
		this.help.showModal();
	else
		return false;
	return true;
};

document.addEventListener("keydown", (event) => {
	const alive = films.filter((film) => film.root.isConnected);
	const film = alive.includes(used) ? used : alive.length === 1 ? alive[0] : null;
	const tag = event.target.tagName;

	if (!film || event.ctrlKey || event.metaKey || event.altKey || film.help.open ||
		tag === "INPUT" || tag === "TEXTAREA" || tag === "SELECT")
		return;
	if (film.key(event.key))
		event.preventDefault();
});

window.addEventListener("hashchange", () => {
	for (const film of films)
		if (film.page) {
			film.at = film.firstFrame();
			film.draw();
		}
});

return function (element, data, options) {
	const film = new Film(element, data, options);

	films.push(film);
	return film;
};
})();
