DROP TABLE change_marks;
DROP TABLE kept_allowlists;
