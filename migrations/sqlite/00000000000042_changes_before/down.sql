UPDATE change_log SET stops = FALSE;
