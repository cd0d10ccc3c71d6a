/** The entries of the moderation log as sentences. Pure. */
import { gettext, interpolate, isolate, moment } from "../i18n.js";
import { NO_RULES } from "../model/moderation.js";
import { changedRules } from "./rules.js";

/** By `kind`; what depends on more than that is in `templateOf`. */
const TEMPLATES = {
  remove: gettext("%(by)s removed a message from %(target)s"),
  mute: gettext("%(by)s muted %(target)s"),
  ban: gettext("%(by)s banned %(target)s"),
  sweep: gettext("%(by)s removed everything that %(target)s wrote in the last hour"),
  rules: gettext("%(by)s changed the rules"),
  approve: gettext("%(by)s approved a message from %(target)s"),
  decline: gettext("%(by)s declined a message from %(target)s"),
  settle: gettext("%(by)s settled the reports about a message from %(target)s"),
  raid: gettext("Many newcomers wrote at once, so newcomers have to wait longer"),
};
const ROLES = {
  owner: gettext("%(target)s became an owner"),
  moderator: gettext("%(by)s made %(target)s a moderator"),
};
const IN_FORCE = {
  mute: gettext("%(target)s is muted"),
  ban: gettext("%(target)s is banned"),
};
const SEQUEL = " · ";

/** What an act was, with the time when it ends by itself. */
export function actText(act, now) {
  const values = {
    by: isolate(act.by || gettext("An administrator")),
    target: isolate(act.target || gettext("somebody")),
  };
  return joined(interpolate(templateOf(act), values), untilText(act, now), rulesText(act));
}

function templateOf({ kind, detail = "" }) {
  if (kind === "role")
    return ROLES[detail] ?? gettext("%(by)s dismissed %(target)s as a moderator");
  if (kind === "pin")
    return detail === "off"
      ? gettext("%(by)s unpinned a message from %(target)s")
      : gettext("%(by)s pinned a message from %(target)s");
  if (kind === "raid" && detail === "off")
    return gettext("%(by)s ended the protection against newcomers who wrote at once");
  return TEMPLATES[kind] ?? gettext("%(by)s did something that this page does not know yet");
}

/** A mute or ban that is in force, with its end. */
export function inForceText(act, now) {
  const target = isolate(act.target || gettext("somebody"));
  const text = interpolate(IN_FORCE[act.kind], { target });
  return joined(text, untilText(act, now) || gettext("for good"));
}

/** Who undid an act and when; empty if nobody did. */
export function undoneText({ undone_at, undone_by }, now) {
  if (!undone_at) return "";
  const by = isolate(undone_by || gettext("An administrator"));
  const time = moment(new Date(undone_at), now);
  return SEQUEL.trimStart() + interpolate(gettext("undone by %(by)s, %(time)s"), { by, time });
}

/** Is this a mute or ban that has neither ended nor been undone? */
export function isInForce({ kind, until, undone_at }, now = new Date()) {
  return kind in IN_FORCE && !undone_at && !(until && new Date(until) <= now);
}

function untilText({ until }, now) {
  return until
    ? interpolate(gettext("until %(time)s"), { time: moment(new Date(until), now) })
    : "";
}

function rulesText({ kind, detail }) {
  if (kind !== "rules") return "";
  try {
    return changedRules(NO_RULES, { ...NO_RULES, ...JSON.parse(detail) }).join(" ");
  } catch {
    return "";
  }
}

function joined(...texts) {
  return texts.filter(Boolean).join(SEQUEL);
}
