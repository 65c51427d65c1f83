"""Mails as mail servers send them back: delivery reports, complaints, and what is neither."""

from __future__ import annotations

from textwrap import dedent

#: The key of the message in all of them, and who it went to.
KEY, TO = 4_611_686_018_427_387_905, "ann@customer.example"
DOMAIN = "mail.shop.example"


def _mail(text: str) -> bytes:
    return dedent(text).lstrip().format(key=KEY, to=TO, domain=DOMAIN).replace("\n", "\r\n").encode()


POSTFIX = _mail("""
    Return-Path: <>
    Received: by mx.shop.example (Postfix) id 4F2A81203; Mon,  1 Jun 2026 12:00:09 +0800 (CST)
    Date: Mon,  1 Jun 2026 12:00:09 +0800 (CST)
    From: MAILER-DAEMON@mx.shop.example (Mail Delivery System)
    Subject: Undelivered Mail Returned to Sender
    To: bounces@shop.example
    Auto-Submitted: auto-replied
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status;
    \tboundary="A1B2C3.1780286409/mx.shop.example"
    Message-Id: <20260601040009.4F2A81203@mx.shop.example>

    This is a MIME-encapsulated message.

    --A1B2C3.1780286409/mx.shop.example
    Content-Description: Notification
    Content-Type: text/plain; charset=us-ascii

    This is the mail system at host mx.shop.example.

    <{to}>: host mx.customer.example[203.0.113.9] said: 550 5.1.1 <{to}>: Recipient
        address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)

    --A1B2C3.1780286409/mx.shop.example
    Content-Description: Delivery report
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.shop.example
    X-Postfix-Queue-ID: 4F2A81203
    X-Postfix-Sender: rfc822; bounces@shop.example
    Arrival-Date: Mon,  1 Jun 2026 12:00:07 +0800 (CST)

    Final-Recipient: rfc822; {to}
    Original-Recipient: rfc822;{to}
    Action: failed
    Status: 5.1.1
    Remote-MTA: dns; mx.customer.example
    Diagnostic-Code: smtp; 550 5.1.1 <{to}>: Recipient address rejected: User
        unknown in virtual mailbox table

    --A1B2C3.1780286409/mx.shop.example
    Content-Description: Undelivered Message
    Content-Type: message/rfc822

    Return-Path: <bounces@shop.example>
    Date: Mon, 01 Jun 2026 04:00:00 -0000
    From: =?utf-8?b?5bCP5bqX?= <hi@shop.example>
    To: {to}
    Subject: =?utf-8?b?5aW95LmF5LiN6KeB?=
    Message-ID: <{key}@{domain}>
    MIME-Version: 1.0
    Content-Type: text/plain; charset="utf-8"
    Content-Transfer-Encoding: base64

    5oKo5aW9Cg==

    --A1B2C3.1780286409/mx.shop.example--
    """)

#: Only the headers come back, and the address in capitals.
EXCHANGE = _mail("""
    From: postmaster@customer.example
    To: bounces@shop.example
    Date: Mon, 1 Jun 2026 04:00:31 +0000
    Content-Type: multipart/report; report-type=delivery-status; boundary="b0f3e9d1-7d13"
    X-MS-Exchange-Message-Is-Ndr:
    Content-Language: zh-CN
    Message-ID: <7c2e4f3a@customer.example>
    In-Reply-To: <{key}@{domain}>
    References: <{key}@{domain}>
    Subject: =?utf-8?B?5peg5rOV6YCB6L6+?=
    MIME-Version: 1.0

    --b0f3e9d1-7d13
    Content-Type: multipart/alternative; differences=Content-Type; boundary="inner-1"

    --inner-1
    Content-Type: text/plain; charset="utf-8"
    Content-Transfer-Encoding: base64

    5peg5rOV6YCB6L6+44CC

    --inner-1--

    --b0f3e9d1-7d13
    Content-Type: message/delivery-status

    Reporting-MTA: dns;HK0PR01MB2345.apcprd01.prod.exchangelabs.example
    Received-From-MTA: dns;mx.shop.example
    Arrival-Date: Mon, 1 Jun 2026 04:00:30 +0000

    Final-Recipient: rfc822;Ann@Customer.Example
    Action: failed
    Status: 5.1.10
    Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found

    --b0f3e9d1-7d13
    Content-Type: text/rfc822-headers

    From: =?utf-8?b?5bCP5bqX?= <hi@shop.example>
    To: {to}
    Message-ID: <{key}@{domain}>
    Subject: =?utf-8?b?5aW95LmF5LiN6KeB?=

    --b0f3e9d1-7d13--
    """)


def report(action: str, status: str, *, recipient: str = TO, original: str = "") -> bytes:
    """A delivery report with one block on one recipient."""
    first = f"Original-Recipient: rfc822; {original}\n    " if original else ""
    return _mail(f"""
    From: Mail Delivery Subsystem <mailer-daemon@mx.shop.example>
    To: bounces@shop.example
    Date: Mon, 1 Jun 2026 12:30:00 +0800
    Subject: Delivery Status Notification
    MIME-Version: 1.0
    Content-Type: multipart/report; boundary="x"; report-type="delivery-status"

    --x
    Content-Type: text/plain

    See below.

    --x
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.shop.example

    {first}Final-Recipient: RFC822; {recipient}
    Action: {action}
    Status: {status}

    --x
    Content-Type: message/rfc822

    Message-ID: <{{key}}@{{domain}}>
    Subject: hello

    Hello

    --x--
    """)


def complaint(kind: str) -> bytes:
    """What a mailbox provider sends when its customer pressed the button (RFC 5965)."""
    return _mail(f"""
    From: <abusedesk@mailbox.example>
    Date: Mon, 1 Jun 2026 13:00:00 +0800
    Subject: FW: hello
    To: <abuse@shop.example>
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

    --part1
    Content-Type: text/plain; charset="US-ASCII"
    Content-Transfer-Encoding: 7bit

    This is an email abuse report for an email message received from IP 203.0.113.1.

    --part1
    Content-Type: message/feedback-report

    Feedback-Type: {kind}
    User-Agent: SomeGenerator/1.0
    Version: 1
    Original-Mail-From: <bounces@shop.example>

    --part1
    Content-Type: message/rfc822
    Content-Disposition: inline

    From: <hi@shop.example>
    Subject: hello
    Message-ID: <{{key}}@{{domain}}>

    Hello

    --part1--
    """)


OUT_OF_OFFICE = _mail("""
    From: Ann <{to}>
    To: hi@shop.example
    Date: Mon, 1 Jun 2026 12:00:20 +0800
    Auto-Submitted: auto-replied
    In-Reply-To: <{key}@{domain}>
    Subject: Out of office
    Content-Type: text/plain

    550 5.1.1 I am away, and so is my mailbox.
    """)
#: Another sender's mail came back: nothing of ours.
OF_OTHERS = POSTFIX.replace(DOMAIN.encode(), b"other.example")
TORN = POSTFIX[: POSTFIX.index(b"Final-Recipient")]
GARBAGE = b"Content-Type: multipart/report; boundary=\r\n\r\n\xff\xfe\x00"
