"""企业咨询 for the province's officers: answer, publish the answer to everybody, take it down again."""
