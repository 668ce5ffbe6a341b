"""What hidden graders are written with, and how their tests are put to a student's functions."""
