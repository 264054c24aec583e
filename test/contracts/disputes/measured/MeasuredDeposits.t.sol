// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDeposits} from "../../../../contracts/disputes/measured/IMeasuredDeposits.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {FeeToken} from "../../support/HostileTokens.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/*
MeasuredDeposits

constructor
├── registry zero: DepositZeroAddress
├── fee zero or above 64 bits: DepositFeeOutOfRange
└── otherwise: keeps its parameters
takeBond
├── no court: DepositNotCourt
├── again: DepositExists
├── less arrives than was taken: DepositTokenShortfall (MeasuredAttacks.t.sol)
└── otherwise: DepositTaken; credit first, then tokens
takeAppeal, takePrice
├── not the court of the dispute: DepositNotCourt
└── otherwise: DepositTaken
divide
├── not the court of the dispute: DepositNotCourt
└── otherwise: Credited, see MeasuredVerdicts.t.sol
    ├── fees are more than there is: as far as the slash goes, then as far as lost deposits go
    └── an arbitrator likewise, if nobody paid it beforehand
creditFor
├── for nobody: DepositZeroAddress; nothing: DepositZeroAmount
├── less arrives than was sent: DepositTokenShortfall
└── otherwise: CreditAdded; it pays bonds, appeals and prices
withdrawCredit
├── to zero: DepositZeroAddress
├── nothing: DepositNoCredit
└── otherwise: CreditWithdrawn, tokens arrive
bondFor
└── sixteen fees, which are the least fee or a 250th of the penalty
*/
contract MeasuredDepositsTest is Court {
    bytes32 private constant ID = keccak256("a dispute");

    function setUp() public {
        deployCourt();
        populate(6);
    }

    function test_ConstructorRefusesBadParameters() public {
        vm.expectRevert(IMeasuredDeposits.DepositZeroAddress.selector);
        this.construct(address(0), 1);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 fee = i == 0 ? 0 : uint256(type(uint64).max) + 1;
            vm.expectRevert(
                abi.encodeWithSelector(IMeasuredDeposits.DepositFeeOutOfRange.selector, 1, type(uint64).max, fee)
            );
            this.construct(address(registry), fee);
        }
        this.construct(address(registry), type(uint64).max);
        assertEq(deposits.stakeRegistry(), address(registry), "registry");
        assertEq(deposits.paymentToken(), address(token), "token");
        assertEq(deposits.jurorFee(), JUROR_FEE, "fee");
    }

    function test_ABondIsSixteenFees() public view {
        assertBond(0, 16 * JUROR_FEE, JUROR_FEE);
        assertBond(50e6, 16 * JUROR_FEE, JUROR_FEE);
        assertBond(50e6 + 1, 16 * (JUROR_FEE + 1), JUROR_FEE + 1);
        assertBond(2_000e6, 128e6, 8e6);
    }

    function test_OnlyTheCourtOfADisputeTakesAndDivides() public {
        vm.expectRevert(notCourt(stranger));
        vm.prank(stranger);
        deposits.takeBond(ID, client, PENALTY);
        vm.expectEmit(address(deposits));
        emit IMeasuredDeposits.DepositTaken(ID, client, BOND, 0);
        vm.startPrank(JUDGE);
        deposits.takeBond(ID, client, PENALTY);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDeposits.DepositExists.selector, ID));
        deposits.takeBond(ID, client, PENALTY);
        vm.stopPrank();

        IMeasuredDeposits.End memory end;
        vm.startPrank(address(disputes));
        vm.expectRevert(notCourt(address(disputes)));
        deposits.takeAppeal(ID, client);
        vm.expectRevert(notCourt(address(disputes)));
        deposits.takePrice(ID, client, 1);
        vm.expectRevert(notCourt(address(disputes)));
        deposits.divide(ID, end);
        vm.stopPrank();

        vm.startPrank(JUDGE);
        assertEq(deposits.takeAppeal(ID, executor), 2 * BOND, "two bonds");
        deposits.takePrice(ID, executor, ARBITRATION_COST);
        IMeasuredDeposits.Division memory division = deposits.divide(ID, end);
        vm.stopPrank();
        assertEq(division.returned, 3 * BOND + ARBITRATION_COST, "all returned");
        assertEq(deposits.creditOf(client), BOND, "client");
        assertEq(deposits.creditOf(executor), 2 * BOND + ARBITRATION_COST, "executor");
    }

    /// Twenty jurors where a bond is for sixteen.
    function test_FeesGoAsFarAsTheSlashAndThenTheBond() public {
        address juror = address(uint160(1_000));
        IMeasuredDeposits.Division memory division = divideAmong(20, 0);
        assertEq(division.perJuror, 0, "of no slash");
        assertEq(deposits.creditOf(juror), BOND / 20, "the bond is shared");
        assertEq(division.fees, BOND, "all of it");
        division = divideAmong(20, 20 * 50_000 + 19);
        assertEq(division.perJuror, 50_000, "the slash is shared");
        assertEq(deposits.creditOf(juror), BOND / 20 + JUROR_FEE - 50_000, "the bond pays the rest of the fee");
        assertEq(division.compensation + division.treasury, BOND - 20 * (JUROR_FEE - 50_000), "and is left over");
    }

    function test_AnArbitratorIsPaidOnce() public {
        IMeasuredDeposits.End memory end;
        (end.outcome, end.winner) = (IMeasuredDisputes.Outcome.Rejected, executor);
        (end.arbitrator, end.price, end.slashed) = (ARBITER, 1e6, 0.3e6);
        vm.startPrank(JUDGE);
        deposits.takeBond(ID, client, PENALTY);
        assertEq(deposits.divide(ID, end).toArbitrator, 0.3e6, "out of the slash");
        assertEq(deposits.creditOf(ARBITER), 0.7e6, "the rest out of the bond");
        bytes32 other = keccak256("another dispute");
        deposits.takeBond(other, client, PENALTY);
        deposits.takePrice(other, client, 1e6);
        assertEq(deposits.divide(other, end).toArbitrator, 0, "not again");
        assertEq(deposits.creditOf(ARBITER), 1.7e6, "what was paid for it");
        vm.stopPrank();
    }

    /// Attack 73: who has credit here needs no token for a while.
    function test_Attack73_CreditPaysFirst() public {
        bytes32 id = openOne();
        vm.prank(executor);
        measured.concede(id);
        uint256 tokens = token.balanceOf(client);
        vm.expectEmit(address(deposits));
        emit IMeasuredDeposits.DepositTaken(ID, client, 16 * 0.4e6, BOND);
        vm.prank(JUDGE);
        deposits.takeBond(ID, client, 100e6);
        assertEq(deposits.creditOf(client), 0, "spent");
        assertEq(token.balanceOf(client), tokens - 16 * 0.4e6 + BOND, "the rest in tokens");
    }

    /// Who is listed by the token, or has none, disputes all the same.
    function test_AnybodyAddsCredit() public {
        fund(stranger);
        vm.startPrank(client);
        token.transfer(stranger, token.balanceOf(client));
        vm.stopPrank();
        vm.startPrank(stranger);
        vm.expectRevert(IMeasuredDeposits.DepositZeroAddress.selector);
        deposits.creditFor(address(0), 1);
        vm.expectRevert(IMeasuredDeposits.DepositZeroAmount.selector);
        deposits.creditFor(client, 0);
        vm.expectEmit(address(deposits));
        emit IMeasuredDeposits.CreditAdded(client, stranger, BOND - 1, BOND - 1);
        deposits.creditFor(client, BOND - 1);
        vm.expectEmit(address(deposits));
        emit IMeasuredDeposits.CreditAdded(client, stranger, 2, BOND + 1);
        deposits.creditFor(client, 2);
        vm.stopPrank();
        assertEq(token.balanceOf(address(deposits)), BOND + 1, "arrived");
        openOne();
        assertEq(deposits.creditOf(client), 1, "the bond came out of it");
    }

    function test_CreditIsWhatArrives() public {
        address keeping = address(new FeeToken());
        address fresh = address(deployRegistry(keeping, 1, UNBONDING));
        IMeasuredDeposits other = IMeasuredDeposits(
            deploy("MeasuredDeposits.sol:MeasuredDeposits", abi.encode(fresh, JUROR_FEE))
        );
        FeeToken(keeping).mint(address(this), 100);
        FeeToken(keeping).approve(address(other), 100);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDeposits.DepositTokenShortfall.selector, 100, 99));
        other.creditFor(client, 100);
    }

    function test_CreditIsTakenOnce() public {
        bytes32 id = openOne();
        vm.prank(executor);
        measured.concede(id);
        vm.expectRevert(IMeasuredDeposits.DepositZeroAddress.selector);
        vm.prank(client);
        deposits.withdrawCredit(address(0));
        vm.expectEmit(address(deposits));
        emit IMeasuredDeposits.CreditWithdrawn(client, stranger, BOND);
        vm.prank(client);
        assertEq(deposits.withdrawCredit(stranger), BOND, "returned");
        assertEq(token.balanceOf(stranger), BOND, "arrived");
        assertEq(token.balanceOf(address(deposits)), 0, "left");
        vm.expectRevert(IMeasuredDeposits.DepositNoCredit.selector);
        vm.prank(client);
        deposits.withdrawCredit(client);
    }

    /* PARTS */

    /// A dispute that is rejected.
    function divideAmong(uint256 jurors, uint256 slashed) private returns (IMeasuredDeposits.Division memory division) {
        IMeasuredDeposits.End memory end;
        (end.outcome, end.winner, end.slashed) = (IMeasuredDisputes.Outcome.Rejected, executor, slashed);
        end.jurors = new address[](jurors);
        for (uint256 i = 0; i < jurors; ++i) end.jurors[i] = address(uint160(1_000 + i));
        bytes32 id = keccak256(abi.encode(jurors, slashed));
        vm.startPrank(JUDGE);
        deposits.takeBond(id, client, PENALTY);
        division = deposits.divide(id, end);
        vm.stopPrank();
    }

    function construct(address registry_, uint256 fee) external {
        deploy("MeasuredDeposits.sol:MeasuredDeposits", abi.encode(registry_, fee));
    }

    function notCourt(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMeasuredDeposits.DepositNotCourt.selector, caller);
    }

    function assertBond(uint256 penalty, uint256 expectedBond, uint256 expectedFee) private view {
        (uint256 bond, uint256 fee) = deposits.bondFor(penalty);
        assertEq(bond, expectedBond, "bond");
        assertEq(fee, expectedFee, "fee");
    }
}
