"""A model card as sentences and tables in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winback.language import Language, Say, number, percent, spaced
from winback.predict.card_words import CHINESE
from winback.predict.drift import LITTLE, MUCH
from winback.predict.nouns import OF_WORKSPACE, Interval, ModelCard, Rivalry, Scores
from winback.predict.words import decimal, decimal_interval, percent_interval

#: The score of every card, whether it is a share, and what it means.
SCORES = (
    ("base_rate", "base rate", True, "how many leave"),
    ("accuracy", "accuracy", True, "right answers at a limit of 50 %"),
    ("auc", "AUC", False, "chance that one who leaves is ranked above one who stays"),
    ("average_precision", "average precision", False, "mean precision over all limits"),
    ("log_loss", "log loss", False, "mean surprise in nats; less is better"),
    ("brier", "Brier score", False, "mean squared error of the probability; less is better"),
    ("calibration_error", "calibration error", True, "mean gap between what is said and what happens"),
    ("precision", "precision at capacity", True, "of the {capacity} riskiest of a date, how many leave"),
    ("recall", "recall at capacity", True, "of all who leave, how many are among them"),
)
GROUPS_SHOWN_MAX = 30
DRIFT_SHOWN_MIN = 8
CALIBRATIONS = {"platt": "Platt scaling", "isotonic": "isotonic regression"}
GROWS = "grows by time alone"
AHEAD = "Ahead means better: above 0, this model is the better one, in AUC and in log loss alike."


@dataclass(frozen=True)
class Table:
    """Texts in one language; `numeric` tells which columns are set to the right."""

    title: str
    says: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def speak(language: Language) -> Say:
    """The teller of a card; a name that is no word of ours (a channel, a kind) is told as it is."""
    return (lambda text: CHINESE.get(text, text)) if language == "zh" else lambda text: text


def speak_of(card: ModelCard, language: Language) -> Say:
    """The teller of this card, which knows what the workspace calls its channels and its own kinds."""
    say, place = speak(language), 0 if language == "zh" else 1
    return lambda text: card.called[text][place] if text in card.called else say(text)


def workspace(card: ModelCard, language: Language) -> str:
    """What the workspace of the card is called."""
    return card.called[OF_WORKSPACE][language == "en"] if OF_WORKSPACE in card.called else card.workspace


def channels(card: ModelCard, language: Language) -> list[tuple[str, Scores]]:
    """The scores by channel, each called as the workspace calls it."""
    return [(card.called[name][language == "en"] if name in card.called else name, scores)
            for name, scores in card.by_channel.items()]  # fmt: skip


def headline(card: ModelCard, language: Language) -> str:
    """Whether the model beats its rivals."""
    say = speak(language)
    if not card.unbeaten:
        return say("It beats every rival in both AUC and log loss.")
    names = ("、" if language == "zh" else ", ").join(rival_name(rival, say) for rival in card.unbeaten)
    text = say(
        "It does not beat {rivals} in both AUC and log loss, so it is not promoted unless a person says so."
    )
    return spaced(text.format(rivals=names))


def definition(card: ModelCard, language: Language) -> str:
    """What leaving means in this card."""
    say = speak(language)
    text = say("Left: no {kinds} for more than {days} days, within {horizon} days of the date.")
    kinds = say(" or ").join(map(speak_of(card, language), card.churn_kinds))
    return spaced(text.format(kinds=kinds, days=card.churn_days, horizon=card.horizon_days))


def accuracy_says(card: ModelCard, language: Language) -> tuple[str, ...]:
    """What "98 % accurate" would mean at this base rate, and what to look at in its place."""
    say, scores = speak(language), card.scores
    left = round(1000 * (scores.base_rate.value or 0))
    lazy = say(
        "Of 1,000 customers, {left} leave within {days} days. Who says that nobody leaves is right "
        "about {stay} of them: accuracy {lazy}."
    )
    told = [lazy.format(left=left, days=card.horizon_days, stay=1000 - left, lazy=percent(1 - left / 1000))]
    if left <= 20:
        told.append(say("So “98 % accurate” is less than saying nothing at all."))
    else:
        text = say(
            "“98 % accurate” allows 20 wrong answers in 1,000: at least {found} of the {left} who leave must "
            "be found, without one false alarm."
        )
        told.append(text.format(found=left - 20, left=left))
    text = say("This model is right about {accuracy} at a limit of 50 %. What counts is the next line.")
    told.append(text.format(accuracy=percent(scores.accuracy.value)))
    text = say(
        "Of the {capacity} riskiest customers of a date, {precision} leave; that is {recall} of all who "
        "leave. Chosen blindly it would be {base}."
    )
    shares = {name: percent(getattr(scores, name).value) for name in ("precision", "recall")}
    told.append(text.format(capacity=number(card.capacity), base=percent(scores.base_rate.value), **shares))
    return tuple(told)


def scores_table(card: ModelCard, language: Language) -> Table:
    """All scores on the test rows."""
    say = speak(language)
    rows = []
    for name, title, share, meaning in SCORES:
        value: Interval = getattr(card.scores, name)
        shown = percent(value.value) if share else decimal(value.value, 4)
        spread = percent_interval(value) if share else decimal_interval(value, 4)
        rows.append((say(title), shown, spread, say(meaning).format(capacity=number(card.capacity))))
    columns = (say("score"), say("value"), say("95 % interval"), say("meaning"))
    return Table(say("Scores on the test rows"), "", columns, (False, True, True, False), tuple(rows))


def groups_table(title: str, groups: Sequence[tuple[str, Scores]], language: Language) -> Table:
    """The same scores of several groups of rows."""
    say = speak(language)
    rows = [
        (
            say(name) if name else say("(not known)"),
            number(scores.rows),
            number(scores.left),
            percent(scores.base_rate.value),
            decimal(scores.auc.value),
            decimal_interval(scores.auc),
            decimal(scores.log_loss.value),
            percent(scores.calibration_error.value),
            percent(scores.precision.value),
            percent(scores.recall.value),
        )
        for name, scores in groups[:GROUPS_SHOWN_MAX]
    ]
    heads = ("group", "rows", "left", "base rate", "AUC", "95 % interval", "log loss", "calibration error",
             "precision at capacity", "recall at capacity")  # fmt: skip
    return Table(say(title), "", tuple(map(say, heads)), (False, *[True] * 9), tuple(rows))


def honesty_says(card: ModelCard, language: Language) -> tuple[str, ...]:
    """How much of the calibration error chance makes."""
    say, honesty = speak(language), card.honesty
    if honesty is None:
        return (say("Too few rows to tell."),)
    text = say(
        "The calibration error is {error}. Probabilities true to the letter would show {chance} here "
        "({low} to {high}) by chance alone; beyond chance it is {beyond} (root mean square)."
    )
    chance = honesty.by_chance
    return (
        text.format(
            error=percent(honesty.error), chance=percent(chance.value), low=percent(chance.low),
            high=percent(chance.high), beyond=percent(honesty.beyond_chance),
        ),
    )  # fmt: skip


def sure_says(card: ModelCard, language: Language) -> tuple[str, ...]:
    """What the highest level can promise, and whom it finds."""
    say, sure = speak(language), card.sure
    if sure is None or sure.limit is None:
        return (say("No limit on the calibration rows keeps such a promise."),)
    text = say(
        "From a probability of {limit} on, {wanted} of those warned of left on the calibration rows. On the "
        "test rows that limit warns of {warned}; {precision} of them left ({spread}), which is {recall} of "
        "all who left. The best limit in hindsight would have found {hindsight}."
    )
    told = text.format(
        limit=percent(sure.limit), wanted=percent(sure.wanted), warned=number(sure.warned),
        precision=percent(sure.precision.value), spread=percent_interval(sure.precision),
        recall=percent(sure.recall.value), hindsight=percent(sure.recall_in_hindsight),
    )  # fmt: skip
    return (told,)


def cold_table(card: ModelCard, language: Language) -> Table:
    """Customers who came lately and hardly bought, beside the others."""
    title = "Cold customers: registered at most 30 days ago, at most two purchases"
    return groups_table(title, list(card.cold.items()), language)


def reliability_table(card: ModelCard, language: Language) -> Table:
    """Bands of probability: what was said, and what happened."""
    say = speak(language)
    rows = [
        (
            percent(band.said_low), percent(band.said_high), number(band.rows), percent(band.said),
            percent(band.actual.value), percent_interval(band.actual),
        )
        for band in card.reliability
    ]  # fmt: skip
    columns = tuple(map(say, ("from", "to", "rows", "said", "happened", "95 % interval")))
    return Table(say("What was said, and what happened"), "", columns, (True,) * 6, tuple(rows))


def deciles_table(card: ModelCard, language: Language) -> Table:
    """Tenths of the rows, the riskiest first."""
    say, caught, rows = speak(language), 0.0, []
    for place, band in enumerate(card.deciles, start=1):
        caught += band.caught or 0
        rows.append(
            (str(place), number(band.rows), percent(band.said), percent(band.actual.value),
             decimal(band.lift, 2), percent(caught))
        )  # fmt: skip
    columns = tuple(map(say, ("tenth", "rows", "said", "happened", "lift", "caught so far")))
    return Table(say("Lift by tenth"), "", columns, (True,) * 6, tuple(rows))


def rivals_table(card: ModelCard, language: Language) -> Table:
    """The model and its rivals, with how far it is ahead of each: above 0 it is the better one in both."""
    say, mine = speak(language), card.scores
    rows = [(say("model"), "", *_ranked(mine), "–", "–", "–", "–")]
    rows += [
        (
            rival_name(rival, say), _settled(rival, say), *_ranked(rival.scores),
            decimal(rival.auc_ahead.value, 4), decimal_interval(rival.auc_ahead, 4),
            decimal(lead.value, 4), decimal_interval(lead, 4),
        )
        for rival in card.rivals for lead in [_turned(rival.log_loss_ahead)]
    ]  # fmt: skip
    heads = ("rival", "says", "AUC", "average precision", "log loss", "precision at capacity", "AUC ahead",
             "95 % interval", "log loss ahead", "95 % interval")  # fmt: skip
    title = say("Beside simple rivals, on the same rows")
    says = headline(card, language) + say(" ") + say(AHEAD)
    return Table(title, says, tuple(map(say, heads)), (False, False, *[True] * 8), tuple(rows))


def _turned(loss: Interval) -> Interval:
    """A difference of losses as a lead: the card keeps model less rival, of which less is better."""
    value, low, high = (None if side is None else -side for side in (loss.value, loss.high, loss.low))
    return Interval(value, low, high)


def _ranked(scores: Scores) -> tuple[str, ...]:
    return (
        decimal(scores.auc.value, 4), decimal(scores.average_precision.value, 4),
        decimal(scores.log_loss.value, 4), percent(scores.precision.value),
    )  # fmt: skip


def rival_name(rival: Rivalry, say: Say) -> str:
    """What a rival is called."""
    names = {"bgnbd": "BG/NBD"} if say("rival") == "rival" else {}
    return names.get(rival.name) or say(rival.name).replace("_", " ")


def _settled(rival: Rivalry, say: Say) -> str:
    """What a rival settled on."""
    forms = {
        "best_recency": "{feature} above {more_than:g}",
        "threshold_rule": "away over {away_days:g} days and holding under {hold_below}",
        "logistic": "{features:g} features",
        "base_rate": "always {rate:.1%}",
        "last_visit": "{feature}",
        "bgnbd": "r {r:.3f}, α {alpha:.1f}, a {a:.3f}, b {b:.3f}",
    }
    said = dict(rival.says)
    if "hold_below" in said:
        said["hold_below"] = f"{float(said['hold_below']) / 100:,.2f}"
    return say(forms[rival.name]).format(**said)


def lead_says(card: ModelCard, language: Language) -> str:
    """How many days a right warning gives."""
    say, lead = speak(language), card.lead_time
    if not lead.customers:
        return say("No right warning within capacity.")
    text = say(
        "Of the right warnings within capacity ({customers}): churn came {low} to {high} days later (half of "
        "them within {middle}); the last sign of life was {last_low} to {last_high} days from the warning "
        "(below 0: before it). 10 % and 90 % are the ends."
    )
    low, middle, high = (f"{value:.0f}" for value in lead.to_churn_days)
    last_low, _, last_high = (f"{value:.0f}" for value in lead.to_last_alive_days)
    return text.format(
        customers=number(lead.customers), low=low, middle=middle, high=high,
        last_low=last_low, last_high=last_high,
    )  # fmt: skip


def drift_table(card: ModelCard, language: Language) -> Table:
    """The score, then the features that moved, those last that grow by time alone."""
    say = speak(language)
    shown = [
        drift
        for place, drift in enumerate(card.drift)
        if place < DRIFT_SHOWN_MIN or drift.stability_index > LITTLE
    ]
    in_order = sorted(shown, key=lambda drift: (drift.feature is not None, drift.grows))
    rows = tuple(
        (d.feature or say("(the score itself)"), decimal(d.stability_index), say(GROWS) if d.grows else "")
        for d in in_order
    )
    columns = (say("feature"), say("stability index"), say("note"))
    says = say(" ").join(drift_says(card, language))
    return Table(say("Drift from training to test"), says, columns, (False, True, False), rows)


def drift_says(card: ModelCard, language: Language) -> tuple[str, ...]:
    """How to read the index, what is to be done about features that moved much, whether the score did."""
    say = speak(language)
    assert (LITTLE, MUCH) == (0.1, 0.25)
    told = [say("Below 0.1 little has moved; above 0.25 much has.")]
    much = [drift for drift in card.drift if drift.feature and drift.stability_index > MUCH]
    if much:
        text = say(
            "{count} features have moved much, {grow} of them by time alone: what counts a whole life goes "
            "on growing, which is no fault. Of the others, look whether a source, the calendar (month ends, "
            "seasons) or the business has changed."
        )
        told.append(text.format(count=len(much), grow=sum(drift.grows for drift in much)))
    score = next((drift.stability_index for drift in card.drift if drift.feature is None), 0.0)
    if score > MUCH:
        told.append(say("The score itself has moved much: train anew before it is trusted."))
    elif score <= LITTLE:
        told.append(say("The score itself has hardly moved, so the model still speaks of people like these."))
    return tuple(told)


def weights_table(card: ModelCard, language: Language) -> Table:
    """What the scores hang on."""
    say = speak(language)
    called = speak_of(card, language)
    rows = tuple((weight_name(w.kind, w.measure, called), percent(w.share)) for w in card.weights[:15])
    columns = (say("feature"), say("share of all contributions"))
    return Table(say("What the scores hang on"), "", columns, (False, True), rows)


def weight_name(kind: str, measure: str, say: Say) -> str:
    """What a group of features is about."""
    return say(kind) if kind == measure else f"{say(kind)} · {say(measure)}"


def origin_table(card: ModelCard, language: Language) -> Table:
    """The dates and rows of each use."""
    say = speak(language)
    rows = []
    for name, fold in (("train", card.train), ("calibrate", card.calibrate), ("test", card.test)):
        dates = (
            f"{fold.dates[0]} … {fold.dates[-1]} ({len(fold.dates)})"
            if len(fold.dates) > 1
            else str(fold.dates[0])
        )
        rows.append((say(name), dates, number(fold.rows), number(fold.customers), number(fold.left)))
    text = say(
        "{trees} trees over {features} features, calibrated by {calibration}. {embargoed} dates between the "
        "folds were left out, because their outcome reaches into the next fold."
    )
    way = CALIBRATIONS[card.calibration] if language == "en" else say(card.calibration)
    says = text.format(
        trees=number(card.trees), features=number(card.features), calibration=way,
        embargoed=number(len(card.embargoed)),
    )  # fmt: skip
    if card.refit is not None:
        text = say(
            "Then as many trees were learnt anew from all {rows} rows whose own outcome was known before the "
            "test (dates to {last}); the calibration stayed."
        )
        says += say(" ") + text.format(rows=number(card.refit.rows), last=card.refit.dates[-1])
    if card.tuned is not None:
        text = say("Tuned by {trials} trials on the training rows: log loss {before} to {after} there.")
        says += say(" ") + text.format(
            trials=number(card.tuned.trials), before=decimal(card.tuned.usual_log_loss, 4),
            after=decimal(card.tuned.log_loss, 4),
        )  # fmt: skip
    columns = tuple(map(say, ("use", "dates", "rows", "customers", "left")))
    return Table(
        say("What it was made from"), spaced(says), columns, (False, False, True, True, True), tuple(rows)
    )
