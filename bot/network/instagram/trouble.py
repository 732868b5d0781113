"""What is Instagram's own among the reasons why a comment cannot be answered; the API's are in ``graph_trouble``."""

from __future__ import annotations

from bot.desk.case import Remark

NAME = "Instagram"
#: Permissions of the token, developers.facebook.com/docs/permissions.
RIGHTS = "instagram_basic, instagram_manage_comments, pages_read_engagement, instagram_manage_messages"

SHUT = Remark("{network} lets nobody answer this comment.", {"network": NAME})
HIDDEN = Remark("The comment is hidden on {network}; please show it again there, then approve.", {"network": NAME})
STRANGER = Remark("The access token on {network} is {real}'s, and brand.yaml names the account {told}.")
UNKNOWN = Remark(
    "{network} does not show the account {told} of brand.yaml to this access token; please correct one of them."
)
ELSEWHERE = Remark(
    "The comment is under none of the account's latest posts: {network} shows us no others. "
    "Post the reply by hand, then mark it as posted.",
    {"network": NAME},
)
