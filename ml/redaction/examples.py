"""Support texts of known content: templates of both kinds, filled from `values`.

Every second template is held out: rules were mended by looking at the others only. `TOLD` carries
personal data; `QUIET` none, and is hard: orders, prices, dates, versions, parcels, words about
passwords.
"""

import random
import re
from dataclasses import dataclass

from ml.redaction.kinds import Span
from ml.redaction.neutral import NEUTRAL
from ml.redaction.values import VALUES

TOLD = """
Hi, my name is {name} and I ordered {number} pots on {day}. Please write to {email}.
You can reach me at {phone} any time after 5 pm.
My account is {email}, order {order}, why was I charged {price} twice?
call me back: {phone}
Could you change the e-mail from {email} to {email}? Thanks, {given}
I paid with card {card}, it was declined.
My new card number is {card} exp 04/29, please use it for order {order}.
please refund to {iban}
Meine IBAN lautet {iban}, bitte überweisen Sie {price}.
Bank details: {iban} (account holder {name})
My social is {id}, I already gave it to your colleague.
For the tax form you need my {named_id}, correct?
Here is my {named_id} for the age check.
id {id}
I keep getting blocked, my IP is {ip}
Login from {ip} on {day} was not me!
Server log: client {ip} rejected, error 4031
We moved. The new address is {address}
Please ship order {order} to {address} instead.
I live at {address} and nobody rang.
Ich wohne {address}, das Paket kam nie an.
my password is {password}
Passwort: {password} geht nicht mehr
user {email} pw: {password} still can't log in
The PIN is {pin}, the door code did not work.
your text says the verification code is {pin}. is this really you?
I use the API key {key} in production and get 401s.
curl -H "Authorization: Bearer {key}" fails since {day}
Dear {given}, thank you for your patience. Ticket {ticket} is closed.
Hello {name}, we shipped {tracking} on {day}.
Hi {given},

it arrived, thanks.

Best regards,
{name}
The plants are lovely!

Cheers,
{given}
Hallo {given}, danke für Ihre Nachricht.
Sehr geehrte Frau {name}, Ihre Rechnung {order} liegt bei.
Hola {given}, su pedido {order} ha salido.
Ich heiße {name}, meine Nummer ist {phone}.
Me llamo {name} y mi teléfono es {phone}
Hi, this is {name} from Acme, ticket {ticket}.
this is {given} speaking, I called about invoice {order}
Please remove {email} from your list, I never signed up!!
{email}
{phone}
tel. {phone} / mail {email}
Agent: Thanks for calling. Caller: Hi, my number is {phone} and the order is {order}.
From: {email} Subject: order {order}
The courier left a card with {phone} on it, nobody answers.
WhatsApp {phone} please, the app version {version} crashes
my husband's mobile is {phone}, mine is {phone}
Text me on {phone}, not on the landline.
Bitte rufen Sie mich unter {phone} zurück, Vorgang {ticket}.
Llámame al {phone} por favor
Mon numéro : {phone}, merci
I sent {price} from {iban} on {day}, ref {order}
Die Kreditkarte {card} wurde zweimal belastet.
Charge it to {card}
Customer {name} ({email}, {phone}) asks about {order}
please update delivery address: {address}
Our office: {address}. Deliveries between 9 and 17 only.
the reset link https://shop.example/reset?user=7&token={key} is dead
api_key={key}
contact: {given} <{email}>
I forgot it but I think the password was {password}.
Mr {name} asked me to write to you.
Kind regards
{name}
Senior Buyer | {phone} | {email}
"""

QUIET = """
Where is order {order}? It was due on {day}.
order number: {order}, tracking {tracking}
My ticket {ticket} has been open for {number} days.
I was charged {price} instead of {price} on {day}.
The app version {version} crashes on Android 14.
Firmware {version} broke the sensor with serial {serial}.
Tracking number {tracking} has not moved since {day}.
Invoice {order} over {price} is wrong.
my password is wrong even though I reset it twice
The password is not accepted, what now?
I forgot my password and the reset link is broken
Is the token still valid? The key on the planter is stuck.
I need {number} boxes in {number} weeks, no way that costs {price}.
The SKU is {serial}, ISBN {isbn}.
It happens {number} times a day, between {day} and {day}.
Please call me back, nobody called yet.
Can you e-mail me the invoice? I live in Berlin.
error code {number} appears at 10:30:15 and again at 11:05
From 08.00 - 18.00 nobody answers, really?
Dear Support Team, the box was crushed.
Hi there, it works again. Thanks!
Hello again, still nothing.
I'm Very Unhappy with this.
This is Ridiculous, I want my {price} back.
The Street Food festival is on {day}.
We drove 20 minutes down the road to get it.
3 parcels at the lane, 2 at the drive, all wet
It's 24 cm high and weighs 1.250 kg, size 12-14.
The ratio was 0.123456789 and the limit 1,000,000.
Bestellung {order} vom {day} fehlt.
Rechnung Nr. {order}: {price} statt {price}.
Mein Passwort ist falsch.
Sendungsnummer {tracking} seit {number} Tagen unterwegs
Der Weg 5 Tage zu warten ist mir zu lang.
Mi pedido {order} no ha llegado.
La contraseña es incorrecta.
Seguimiento {tracking}, factura {order}
10 out of 10, would buy again in 2026!
Room temperature 21.5, humidity 48.2, light 12345 lux
The event id is {ticket} and the batch {serial}.
I have 2 accounts; please merge them, ticket {ticket}.
Return RMA {order} label printed on {day}
What is the notice period? Renewal is on {day} for {price}.
Coordinates 48.8566, 2.3522 show the wrong shop.
You said 3-5 days. It has been {number}.
The screen shows A1B2 and then reset is needed.
See https://shop.example/help/returns?lang=en&page=2 it says 30 days
https://shop.example/orders/{order} gives a 404
model 4000-2500-X, part {serial}
Please cancel subscription {order} before {day}.
We are about 80 people and need 15 plants per floor.
Is there a student discount? 20% would be great.
std::vector<int> crashes in your SDK {version}
Best, happy customer
Is the pin on the adapter supposed to be bent?
my pin code is not accepted
Thanks in advance!
the code is broken since {version}
Purchase order {order}, quote {ticket}, contract {order}
a will to live, a rose by the wall, may I ask?
"""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Example:
    """A text, where its personal data stand, and whether its template was held out."""

    text: str
    spans: tuple[Span, ...]
    held_out: bool


def _templates(block: str) -> list[str]:
    """One a line; lines that follow an indented or blank-ended one belong together."""
    found: list[str] = []
    for line in block.strip().split("\n"):
        more = found and (
            not line
            or found[-1].endswith(("\n", ","))
            or found[-1].endswith("Kind regards")
            or ("\n" in found[-1] and line.endswith("{email}"))
        )
        if more:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def _fill(template: str, rng: random.Random, held_out: bool) -> Example:
    text, spans, done = "", [], 0
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        kind, make = VALUES.get(slot[1], ("", NEUTRAL.get(slot[1], str)))
        value = make(rng)
        if kind:
            start = len(text) + (
                len(value) - len(re.sub(r"^[A-Za-z-]{2,}[ a-z.:]* ", "", value))
                if slot[1] == "named_id"
                else 0
            )
            spans.append(Span(start, len(text) + len(value), kind))
        text += value
        done = slot.end()
    return Example(text + template[done:], tuple(spans), held_out)


def examples(seed: int = 11, told: int = 12, quiet: int = 8) -> list[Example]:
    """The same examples for the same seed: `told` and `quiet` fillings of each template."""
    rng = random.Random(seed)  # noqa: S311 - the same texts for the same seed
    made = []
    for block, count in ((TOLD, told), (QUIET, quiet)):
        for place, template in enumerate(_templates(block)):
            fillings = count if _SLOT.search(template) else 1
            made += [_fill(template, rng, place % 2 == 1) for _ in range(fillings)]
    return made
