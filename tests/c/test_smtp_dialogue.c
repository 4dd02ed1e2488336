/* What follows from a dialogue with a mail server, line by line. */
#include "bindings/smtp_dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ">" begins what is told, "<" what is heard, "." is the end of the message. */
static smtp_dialogue play(const char *const lines[], smtp_answer *recipients, size_t count)
{
    smtp_dialogue dialogue = {.recipients = recipients, .recipient_count = count};
    for (; *lines; lines++) {
        char line[600];
        size_t size = strlen(*lines + 1);
        memcpy(line, *lines + 1, size);
        memcpy(line + size, "\r\n", 2);
        if (**lines == '>')
            smtp_dialogue_told(&dialogue, line, size + 2);
        else if (**lines == '<')
            smtp_dialogue_heard(&dialogue, line, size + 2);
        else
            smtp_dialogue_sent(&dialogue);
    }
    return dialogue;
}

#define PLAY(recipients, count, ...)                                                               \
    play((const char *const[]){__VA_ARGS__, NULL}, recipients, count)

static void assert_at(const smtp_dialogue *dialogue, const char *stage, int code, const char *text)
{
    assert_string_equal(smtp_stage_name(dialogue->stage), stage);
    assert_int_equal(dialogue->answer.code, code);
    if (text)
        assert_string_equal(dialogue->answer.text, text);
}

#define GREETED                                                                                    \
    "<220 mail.test ESMTP", ">EHLO me", "<250-mail.test", "<250-AUTH LOGIN PLAIN", "<250 STARTTLS"

static void a_whole_mail_ends_well(void **state)
{
    (void)state;
    smtp_answer to[2] = {0};
    smtp_dialogue dialogue =
        PLAY(to, 2, GREETED, ">MAIL FROM:<a@b>", "<250 OK", ">RCPT TO:<c@d>", "<250 2.1.5 Ok",
             ">RCPT TO:<e@f>", "<550-5.1.1 No such user", "<550 5.1.1 here", ">DATA", "<354 go on",
             ".", "<250 2.0.0 taken", ">QUIT", "<221 bye");
    assert_at(&dialogue, "sent", 250, "250 2.0.0 taken");
    assert_true(smtp_dialogue_is_well(&dialogue));
    assert_true(dialogue.ended);
    assert_int_equal(to[0].code, 250);
    assert_string_equal(to[0].text, "250 2.1.5 Ok");
    assert_int_equal(to[1].code, 550);
    assert_string_equal(to[1].text, "550 5.1.1 No such user here");
}

static void the_stage_is_what_was_begun_last(void **state)
{
    (void)state;
    smtp_answer to[1] = {0};
    smtp_dialogue dialogue = {0};
    assert_at(&dialogue, "connect", 0, "");
    dialogue = PLAY(NULL, 0, "<554 5.7.1 go away");
    assert_at(&dialogue, "greeting", 554, "554 5.7.1 go away");
    dialogue = PLAY(NULL, 0, GREETED);
    assert_at(&dialogue, "greeting", 250, NULL);
    dialogue = PLAY(NULL, 0, GREETED, ">STARTTLS");
    assert_at(&dialogue, "starttls", 0, NULL);
    dialogue = PLAY(NULL, 0, GREETED, ">STARTTLS", "<220 go", ">EHLO me", "<250 mail.test");
    assert_at(&dialogue, "starttls", 250, NULL);
    dialogue = PLAY(to, 1, GREETED, ">MAIL FROM:<a@b>", "<451 4.3.0 later");
    assert_at(&dialogue, "mail", 451, "451 4.3.0 later");
    dialogue = PLAY(to, 1, GREETED, ">MAIL FROM:<a@b>", "<250 OK", ">RCPT TO:<c@d>");
    assert_at(&dialogue, "rcpt", 0, NULL);
    dialogue = PLAY(to, 1, GREETED, ">MAIL FROM:<a@b>", "<250 OK", ">RCPT TO:<c@d>", "<250 OK",
                    ">DATA", "<354 go on");
    assert_at(&dialogue, "data", 354, NULL);
    dialogue = PLAY(to, 1, GREETED, ">MAIL FROM:<a@b>", "<250 OK", ">RCPT TO:<c@d>", "<250 OK",
                    ">DATA", "<354 go on", ".");
    assert_at(&dialogue, "sent", 0, NULL);
    assert_false(smtp_dialogue_is_well(&dialogue));
}

static void what_the_server_offers_is_what_it_said_last(void **state)
{
    (void)state;
    smtp_dialogue dialogue = PLAY(NULL, 0, GREETED);
    assert_true(dialogue.offers_starttls && dialogue.offers_login);
    dialogue = PLAY(NULL, 0, "<220 x", ">EHLO me", "<250-AUTHENTIC", "<250 STARTTLSX");
    assert_false(dialogue.offers_starttls || dialogue.offers_login);
    dialogue =
        PLAY(NULL, 0, GREETED, ">STARTTLS", "<220 go", ">EHLO me", "<250-x", "<250 auth plain");
    assert_true(!dialogue.offers_starttls && dialogue.offers_login);
}

static void a_login_is_known_by_its_answer(void **state)
{
    (void)state;
    smtp_dialogue dialogue =
        PLAY(NULL, 0, GREETED, ">AUTH PLAIN", "<334 ", ">AGEAYg==", "<235 2.7.0 in");
    assert_true(dialogue.authenticated);
    dialogue = PLAY(NULL, 0, GREETED, ">AUTH PLAIN", "<334 ", ">AGEAYg==", "<535 5.7.8 no");
    assert_false(dialogue.authenticated);
    assert_at(&dialogue, "auth", 535, "535 5.7.8 no");
}

/* The word of a login, in base64, may look like any command. */
static void nothing_of_a_login_is_taken_for_a_command_or_kept(void **state)
{
    (void)state;
    smtp_dialogue dialogue = PLAY(NULL, 0, GREETED, ">AUTH LOGIN", "<334 VXNlcg==", ">QUIT",
                                  "<334 UGFzcw==", ">DATA", "<535 no");
    assert_at(&dialogue, "auth", 535, "535 no");
    assert_false(dialogue.ended);
    dialogue = PLAY(NULL, 0, GREETED, ">AUTH PLAIN c2VjcmV0");
    assert_null(memmem(&dialogue, sizeof dialogue, "c2VjcmV0", 8));
}

static void an_answer_of_several_lines_becomes_one(void **state)
{
    (void)state;
    smtp_dialogue dialogue = PLAY(NULL, 0, GREETED, ">AUTH PLAIN",
                                  "<535-5.7.8 Username and Password not accepted. Go to",
                                  "<535 5.7.8  https://support.example - gsmtp");
    assert_at(
        &dialogue, "auth", 535,
        "535 5.7.8 Username and Password not accepted. Go to https://support.example - gsmtp");
    dialogue = PLAY(NULL, 0, "<220-first", "<220-", "<220 third");
    assert_at(&dialogue, "greeting", 220, "220 first third");
    dialogue = PLAY(NULL, 0, "<220-first");
    assert_at(&dialogue, "greeting", 0, "220 first");
    dialogue = PLAY(NULL, 0, "<220");
    assert_at(&dialogue, "greeting", 220, "220");
}

static void what_is_no_answer_is_passed_over(void **state)
{
    (void)state;
    smtp_dialogue dialogue = PLAY(NULL, 0, "<hello", "<22", "<2200 x", "<", "<22x y");
    assert_at(&dialogue, "connect", 0, "");
}

static void strange_bytes_and_long_lines_do_no_harm(void **state)
{
    (void)state;
    char line[600] = "<550 \x1b[31m\xff";
    memset(line + 11, 'x', sizeof line - 12);
    smtp_dialogue dialogue = PLAY(NULL, 0, line);
    assert_int_equal(dialogue.answer.code, 550);
    assert_int_equal(strlen(dialogue.answer.text), sizeof dialogue.answer.text - 1);
    assert_memory_equal(dialogue.answer.text, "550 ?[31m?x", 11);
}

/* More answers than there were recipients, or answers before any. */
static void recipients_beyond_the_array_are_not_written(void **state)
{
    (void)state;
    smtp_answer to[2] = {0};
    smtp_dialogue dialogue =
        PLAY(to, 1, GREETED, ">RCPT TO:<a@b>", "<250 one", ">RCPT TO:<c@d>", "<250 two");
    assert_int_equal(to[0].code, 250);
    assert_int_equal(to[1].code, 0);
    assert_int_equal(dialogue.answer.code, 250);
    dialogue = PLAY(to, 1, "<550 no", "<550 no");
    assert_int_equal(dialogue.recipients_told, 0);
}

static void what_comes_after_quit_changes_nothing(void **state)
{
    (void)state;
    smtp_dialogue dialogue = PLAY(NULL, 0, GREETED, ">NOOP", "<250 fine", ">QUIT", "<421 timeout");
    assert_at(&dialogue, "greeting", 250, "250 fine");
    assert_true(dialogue.ended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_mail_ends_well),
        cmocka_unit_test(the_stage_is_what_was_begun_last),
        cmocka_unit_test(what_the_server_offers_is_what_it_said_last),
        cmocka_unit_test(a_login_is_known_by_its_answer),
        cmocka_unit_test(nothing_of_a_login_is_taken_for_a_command_or_kept),
        cmocka_unit_test(an_answer_of_several_lines_becomes_one),
        cmocka_unit_test(what_is_no_answer_is_passed_over),
        cmocka_unit_test(strange_bytes_and_long_lines_do_no_harm),
        cmocka_unit_test(recipients_beyond_the_array_are_not_written),
        cmocka_unit_test(what_comes_after_quit_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
