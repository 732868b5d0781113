"""What is Facebook's own among the reasons why a comment cannot be answered; the API's are in ``graph_trouble``."""

from __future__ import annotations

from bot.desk.case import Remark

NAME = "Facebook"
#: Permissions of the Page's token, developers.facebook.com/docs/permissions.
RIGHTS = "pages_read_engagement, pages_read_user_content, pages_manage_engagement, pages_messaging"

SHUT = Remark("{network} lets nobody answer this comment.", {"network": NAME})
HIDDEN = Remark("The comment is hidden on {network}; please show it again there, then approve.", {"network": NAME})
STRANGER = Remark("The access token on {network} is {real}'s, and brand.yaml names the account {told}.")
OPAQUE = Remark("The link does not tell which comment it is; please copy the comment's own link, behind its time.")
